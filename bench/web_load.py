"""Requests without a pause from several clients: what each got, how long it took, and which were lost."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from typing import Union

#: host and port, or the path of a Unix socket
Address = Union[tuple[str, int], str]

#: seconds after which a request counts as lost
PATIENCE = 10
#: seconds that a client thinks before its next request
PAUSE = 0.005


@dataclass(frozen=True)
class Answer:
    #: by the monotonic clock
    asked_at: float
    seconds: float
    body: str


class Load:
    """Clients that ask for as long as the ``with`` block; each request is a connection of its own."""

    def __init__(self, address: Address, clients: int = 3) -> None:
        self._address, self._going = address, True
        self.answers: list[Answer] = []
        #: what became of the requests that got no whole answer
        self.lost: list[str] = []
        self._clients = [threading.Thread(target=self._go_on) for _ in range(clients)]

    def _go_on(self) -> None:
        while self._going:
            try:
                self.answers.append(ask(self._address))
            except OSError as error:
                self.lost.append(f"{type(error).__name__}: {error}")
            time.sleep(PAUSE)

    def __enter__(self) -> Load:
        for each in self._clients:
            each.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._going = False
        for each in self._clients:
            each.join()


def ask(address: Address) -> Answer:
    """Ask once; raises OSError if no whole answer of status 200 comes."""
    began = time.monotonic()
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(address)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = told.partition(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    if b" 200 " not in first or f"length: {len(body)}" not in rest.decode().lower():
        raise ConnectionError(f"no whole answer: {told[:80]!r}")
    return Answer(began, time.monotonic() - began, body.decode())
