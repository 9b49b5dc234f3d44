"""The ssh connection to one host, opened once for all threads."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from typing import Union

import fabric

from deploy.errors import CannotConnect, DeployError, Interrupted
from deploy.remote import refusal
from deploy.remote.bell import Cancel
from deploy.remote.blueprint import CONNECT, Shared, connection
from deploy.remote.transport import BROKEN, Transport

#: attempts while sshd sheds load; seconds before the second, and before the last ones
ATTEMPTS, FIRST_WAIT, LONGEST_WAIT = 12, 0.1, 2.0


class Link:
    """A host, how to get there, and the connection once it is open."""

    def __init__(
        self, host: str, shared: Shared, gateway: Gateway, cancel: Cancel
    ) -> None:
        self.host, self._gateway, self._cancel = host, gateway, cancel
        through = gateway.connection if isinstance(gateway, Link) else gateway
        self.connection: fabric.Connection = connection(host, shared, through)
        self._lock = threading.Lock()
        self._asked = False
        self._early: DeployError | None = None

    @property
    def user(self) -> str:
        return self.connection.user

    def open(self) -> Transport:
        """Give the open transport; raises CannotConnect with the one sentence that says why not."""
        with self._lock:
            self._asked, early, self._early = True, self._early, None
            if early is not None:
                raise early
            self._reach()
            transport = self.connection.transport
        assert isinstance(transport, Transport)  # noqa: S101 - our own factory made it
        return transport

    def open_early(self) -> None:
        """Open before anybody asks; who asks next is told if that failed, and does not try it again."""
        with self._lock:
            if self._asked:
                return
            try:
                self._reach()
            except DeployError as error:
                self._early = error

    def close(self) -> None:
        self.connection.client.close()

    def _reach(self) -> None:
        if not self.connection.is_connected:
            self._open_gateway()
            self._connect()

    def _open_gateway(self) -> None:
        if isinstance(self._gateway, Link):
            try:
                self._gateway.open()
            except CannotConnect as error:
                sentence = f"its gateway cannot be reached: {error}"
                raise type(error)(self.host, sentence) from None

    def _connect(self) -> None:
        for wait in [*_waits(), None]:
            try:
                self.connection.open()
                return
            except BROKEN as error:
                self.close()
                if wait is None or not refusal.may_pass(error):
                    sentence = refusal.sentence(error, self._address())
                    raise refusal.kind(error)(self.host, sentence) from error
            if self._cancel.wait(wait):
                raise Interrupted(self.host, "the operator stopped the run meanwhile")

    def _address(self) -> refusal.Address:
        made = self.connection
        return refusal.Address(
            user=made.user,
            name=made.host,
            port=made.port,
            patience=float(made.connect_timeout or CONNECT),
        )


#: the host that is gone through, or a ProxyCommand
Gateway = Union[Link, str, None]


def _waits() -> Iterator[float]:
    """Space the attempts out, and differently for each host: they all came at once."""
    for attempt in range(ATTEMPTS - 1):
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2**attempt)
        yield longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
