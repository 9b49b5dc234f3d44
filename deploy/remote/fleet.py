"""All hosts at once: each call is a barrier, and every host's failure is kept."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar, Union

from deploy.errors import DeployError, Interrupted
from deploy.remote.bell import Cancel
from deploy.remote.remote import Remote

T = TypeVar("T")
#: a host, and what it gave or raised
Ended = queue.SimpleQueue[tuple[str, Union[T, BaseException]]]

#: hosts at work at the same time
WIDTH = 30
#: seconds that hosts get to stop after the operator's first Ctrl-C; the second leaves at once
STOPPING = 15


class LeftAtOnce(KeyboardInterrupt):
    """The operator stopped the run again before the hosts had stopped."""


@dataclass(frozen=True)
class Results(Generic[T]):
    """What each host gave, or why it failed, both in the fleet's order."""

    ok: dict[str, T]
    failed: dict[str, DeployError]


class Fleet:
    """Some hosts of a run."""

    def __init__(
        self,
        remotes: Iterable[Remote],
        cancel: Cancel | None = None,
        width: int = WIDTH,
    ) -> None:
        self.remotes = tuple(remotes)
        self._cancel = Cancel() if cancel is None else cancel
        self._width = width

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(each.host for each in self.remotes)

    def only(self, hosts: Iterable[str]) -> Fleet:
        """Take those of these hosts, in this fleet's order."""
        wanted = set(hosts)
        some = [each for each in self.remotes if each.host in wanted]
        return Fleet(some, self._cancel, self._width)

    def each(self, act: Callable[[Remote], T]) -> Results[T]:
        """Do *act* on every host and wait for all; an exception that is no DeployError comes out then.

        Ctrl-C tells the scripts to stop, waits for them, and comes out. After that the fleet can
        be used again, to undo what was begun. A second one meanwhile comes out as LeftAtOnce.
        """
        outcomes: dict[str, T | BaseException] = {}
        ended: Ended[T] = queue.SimpleQueue()
        try:
            self._start(act, ended)
            while len(outcomes) < len(self.remotes):
                host, outcome = ended.get()
                outcomes[host] = outcome
        except KeyboardInterrupt:
            self._stop(ended, len(self.remotes) - len(outcomes))
            raise
        return _sorted_out({host: outcomes[host] for host in self.hosts})

    def stop(self) -> None:
        """Tell what runs to stop, as Ctrl-C does: each host that had not ended fails with Interrupted."""
        self._cancel.set()

    def _start(self, act: Callable[[Remote], T], ended: Ended[T]) -> None:
        waiting: queue.SimpleQueue[Remote] = queue.SimpleQueue()
        for remote in self.remotes:
            waiting.put(remote)

        def work() -> None:
            with suppress(queue.Empty):
                while True:
                    remote = waiting.get_nowait()
                    ended.put((remote.host, self._outcome(act, remote)))

        for _ in range(min(self._width, len(self.remotes))):
            # daemons: a host that hangs must not keep the program from leaving
            threading.Thread(target=work, daemon=True).start()

    def _outcome(self, act: Callable[[Remote], T], remote: Remote) -> T | BaseException:
        if self._cancel.is_set():
            return Interrupted(remote.host, "not begun: the operator stopped the run")
        try:
            return act(remote)
        except Exception as error:  # raised again by _sorted_out, once all hosts ended
            return error

    def _stop(self, ended: Ended[T], running: int) -> None:
        self._cancel.set()
        until = time.monotonic() + STOPPING
        try:
            with suppress(queue.Empty):
                for _ in range(running):
                    ended.get(timeout=max(until - time.monotonic(), 0))
        except KeyboardInterrupt:
            raise LeftAtOnce from None
        self._cancel.clear()


def _sorted_out(outcomes: dict[str, T | BaseException]) -> Results[T]:
    ok: dict[str, T] = {}
    failed: dict[str, DeployError] = {}
    for host, outcome in outcomes.items():
        if isinstance(outcome, DeployError):
            failed[host] = outcome
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            ok[host] = outcome
    return Results(ok, failed)
