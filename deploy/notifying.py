"""Send notices from the operator's machine, beside the run: what fails there is a warning."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.errors import HostError
from deploy.notices import Notice, Notices
from deploy.output.event import Event, View
from deploy.output.output import Output
from deploy.remote.here import Here
from deploy.remote.transcript import Onlooker
from deploy.settings import Service

#: seconds that a webhook, and a command, may take
DEADLINE = 5
#: seconds that the end of a run waits at most for what is still to be sent
PATIENCE = 10

#: sends one notice; raises Unsent
Sending = Callable[[Notice], None]


class Unsent(Exception):
    """A notice did not arrive; the text says why, without the address."""


class Notifier(View):
    """Sends the notices of some services, one after the other, in a thread of its own."""

    def __init__(
        self, notices: Notices, sendings: Iterable[Sending], output: Output
    ) -> None:
        self._notices, self._sendings, self._output = notices, list(sendings), output
        self._waiting: queue.SimpleQueue[Notice | None] = queue.SimpleQueue()
        # a daemon: what hangs is left behind
        self._thread = threading.Thread(target=self._send_all, daemon=True)
        self._left = False

    def show(self, event: Event) -> None:
        notice = self._notices.take(event)
        if notice is not None:
            if notice.event == "start":
                self._thread.start()
            self._waiting.put(notice)

    def close(self) -> None:
        self._waiting.put(None)
        if self._thread.ident is not None:
            self._thread.join(PATIENCE)
            if self._thread.is_alive():
                self._output.warn(f"not all were notified within {PATIENCE} s")
                self._left = True

    def _send_all(self) -> None:
        while (notice := self._waiting.get()) is not None:
            for send in self._sendings:
                self._send(send, notice)

    def _send(self, send: Sending, notice: Notice) -> None:
        try:
            send(notice)
        except Unsent as error:
            # the end was told: nothing comes after it
            if not self._left:
                self._output.warn(f"nobody was notified of {notice.event}: {error}")


@dataclass(frozen=True)
class _Wanted:
    """Where notices go; services that want the same share them."""

    url: str
    command: str


def notify(
    services: Iterable[Service],
    output: Output,
    folder: Path,
    environment: Mapping[str, str],
) -> None:
    """Have *output* watched by those who notify, as the services want it; *folder* is the fabfile's."""
    here = Here(folder, Onlooker())
    wanted: dict[_Wanted, list[str]] = {}
    for service in services:
        where = _Wanted(service.notify_url, service.notify_command)
        wanted.setdefault(where, []).append(service.name)
    for where, names in wanted.items():
        sendings: list[Sending] = []
        if where.url:
            sendings.append(partial(_post, where.url, environment.get(where.url, "")))
        if where.command:
            sendings.append(partial(_run, where.command, here))
        if sendings:
            output.watch(Notifier(Notices(names), sendings, output))


def _run(command: str, here: Here, notice: Notice) -> None:
    try:
        here.run("notify_command", command, notice.environment(), DEADLINE)
    except HostError as error:
        raise Unsent(error.sentence) from None


def _post(variable: str, url: str, notice: Notice) -> None:
    """Post a notice as JSON. The address may be a secret: no error repeats it."""
    if not url:
        raise Unsent(f"{variable}, which notify_url names, is not set here")
    if not url.startswith(("https://", "http://")):
        raise Unsent(f"{variable} must hold a URL that begins with https:// or http://")
    # only now: no other run needs them
    import http.client
    import urllib.error
    import urllib.request

    headers = {"Content-Type": "application/json", "User-Agent": "forklift"}
    try:
        posted = urllib.request.Request(url, notice.as_json().encode(), headers)  # noqa: S310 # its scheme is checked
        with urllib.request.urlopen(posted, timeout=DEADLINE):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        raise Unsent(f"the webhook of {variable} answered {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or type(reason).__name__
        raise Unsent(f"the webhook of {variable} cannot be reached: {why}") from None
