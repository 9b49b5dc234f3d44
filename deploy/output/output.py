"""What recipes and hosts say, as events for every view of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from deploy.errors import DeployError
from deploy.output.event import Event, View
from deploy.output.lines import Lines


class Output:
    """Tells its views what happens; any thread may call it."""

    def __init__(self, *views: View) -> None:
        self._views: list[View] = list(views) or [Lines()]
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._settled: DeployError | None = None

    def settle(self, error: DeployError) -> None:
        """Say what an interrupt ends with from now on: nothing is undone by it any more."""
        self._settled = error

    def watch(self, view: View) -> None:
        """Let one more view see what happens from now on; at the end, it is closed before the others."""
        self._views.append(view)

    def say(self, sentence: str) -> None:
        """Say what is so, in passing."""
        self._tell(Event("remark", sentence))

    def answer(self, text: str) -> None:
        """Give what was asked for."""
        self._tell(Event("answer", text))

    def done(self, sentence: str) -> None:
        """Say the last sentence of a recipe: what is so now."""
        self._tell(Event("done", sentence))

    def warn(self, sentence: str) -> None:
        self._tell(Event("warning", sentence))

    def fail(self, sentence: str) -> None:
        """Say why nothing was done."""
        self._tell(Event("refusal", sentence))

    def plan(self, said: Mapping[str, Any]) -> None:
        """Say what hosts are going to have, before any of them is changed."""
        self._tell(Event("plan", said=said))

    def phase(self, name: str, service: str, hosts: Sequence[str]) -> None:
        """Say that a phase of a service begins over these hosts."""
        said = {"phase": name, "service": service, "hosts": list(hosts)}
        if hosts:
            self._tell(Event("phase", said=said))

    @contextmanager
    def on_host(self, phase: str, host: str) -> Iterator[None]:
        """Say that a phase begins on a host, and how it ends there."""
        began = time.monotonic()
        self._tell(Event("host", "", host, {"phase": phase, "outcome": "begun"}))
        outcome, why = "interrupted", ""
        try:
            yield
            outcome = "ok"
        except DeployError as error:
            outcome, why = "failed", str(error)
            raise
        finally:
            took = round(time.monotonic() - began, 2)
            said = {"phase": phase, "outcome": outcome, "seconds": took}
            self._tell(Event("host", why, host, said))

    def upload(self, host: str, size: int) -> None:
        """Say how many bytes a host is sent in all: known once the archive is made."""
        self._tell(Event("upload", "", host, {"bytes": size}))

    def sent(self, host: str, size: int) -> None:
        """Take note of the bytes of its upload that a host has been sent by now."""
        for view in self._views:
            view.sent(host, size)

    def step(self, host: str, title: str) -> None:
        """Say what begins on a host."""
        self._tell(Event("step", title, host))

    def log(self, host: str, line: str) -> None:
        """Pass on what a program on a host says; a failure repeats its last lines anyway."""
        self._tell(Event("log", line, host))

    def word(self, host: str, line: str) -> None:
        """Pass on what is shown in any case."""
        self._tell(Event("word", line, host))

    def script(self, host: str, text: str) -> None:
        """Show a script that a rehearsal does not send."""
        self._tell(Event("script", text, host))

    def table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
    ) -> None:
        said = {"columns": list(columns), "rows": [list(each) for each in rows]}
        self._tell(Event("table", title, said=said))

    @contextmanager
    def to_the_end(self) -> Iterator[None]:
        """Say how the run ended, whatever comes out of the block; the views show nothing after that."""
        # around what the views do at the end as well: a webhook takes its time
        with self._or_settled(), self._ending(), self._or_settled():
            yield

    @contextmanager
    def _or_settled(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            if self._settled is None:
                raise
            raise self._settled from None

    @contextmanager
    def _ending(self) -> Iterator[None]:
        outcome, status, why = "bug", 1, ""
        try:
            yield
            outcome, status = "done", 0
        except DeployError as error:
            outcome, status, why = error.outcome, error.exit_status, str(error)
            raise
        except KeyboardInterrupt:
            outcome, status = "interrupted", 3
            raise
        finally:
            took = round(time.monotonic() - self._began, 2)
            said = {"outcome": outcome, "status": status, "seconds": took}
            with ExitStack() as closing:
                for view in self._views:
                    # the last first: what one still has to say comes before the end of the others
                    closing.callback(self._close, view, Event("end", why, said=said))

    def _close(self, view: View, end: Event) -> None:
        with self._lock:
            view.show(end)
        view.close()

    def _tell(self, event: Event) -> None:
        with self._lock:
            for view in self._views:
                view.show(event)


class RehearsalOutput(Output):
    """The words of a dry run, which never say that something was done."""

    def done(self, sentence: str) -> None:
        del sentence
        super().done("this was a rehearsal: nothing was changed")
