"""The operator's own machine, where a project's hooks may run: commands and functions."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.errors import DeadlinePassed, HostError, ScriptFailed
from deploy.remote.transcript import TAIL, Onlooker

#: what the operator reads in place of a host's name
HERE = "here"
#: seconds that a command is given to end once it was told to, and for what it still says
STOPPING = 2


class Operators(Protocol):
    """Where the operator is: for real, or in words only."""

    def run(
        self, title: str, line: str, environment: Mapping[str, str], deadline: float
    ) -> None:
        """Run a shell command in the fabfile's folder; raises HostError."""

    def call(self, title: str, act: Callable[[], object], deadline: float) -> None:
        """Call a function; raises HostError for whatever it raises."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""


@dataclass(frozen=True)
class Here:
    """This machine, in the folder of the fabfile."""

    folder: Path
    onlooker: Onlooker

    def run(
        self, title: str, line: str, environment: Mapping[str, str], deadline: float
    ) -> None:
        self.onlooker.on_step(HERE, title)
        tail: deque[str] = deque(maxlen=TAIL)
        process = subprocess.Popen(
            ["sh", "-c", line],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C is this program's to hear
            start_new_session=True,
        )
        status = self._end(process, tail, deadline)
        _raise(title, status, "".join(f"\n    {each}" for each in tail), deadline)

    def call(self, title: str, act: Callable[[], object], deadline: float) -> None:
        self.onlooker.on_step(HERE, title)
        raised: list[BaseException] = []

        def called() -> None:
            try:
                act()
            except (
                BaseException
            ) as error:  # a project's own function: its end is told below
                raised.append(error)

        # a daemon: what does not end is left behind
        calling = threading.Thread(target=called, daemon=True)
        calling.start()
        calling.join(deadline)
        if calling.is_alive():
            raise DeadlinePassed(HERE, f"{title} did not end within {deadline:g} s")
        for error in raised:
            raise ScriptFailed(HERE, f"{title} raised {_described(error)}", 1) from None

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def _end(
        self, process: subprocess.Popen[str], tail: deque[str], deadline: float
    ) -> int | None:
        """Wait for the end of a command and all that it says; None if it was too late."""

        def listen() -> None:
            with process.stdout or nullcontext(()) as said:
                for line in said:
                    tail.append(line.rstrip("\n"))
                    self.onlooker.on_word(HERE, line.rstrip("\n"))

        # a daemon: what the command leaves running may keep its output open
        listening = threading.Thread(target=listen, daemon=True)
        try:
            # here already: what it hears may be what the operator was waiting for
            listening.start()
            return process.wait(deadline)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _stop(process)
            if listening.ident is not None:
                listening.join(STOPPING)


@dataclass(frozen=True)
class HereRehearsed:
    """This machine in a dry run: what would run is shown."""

    show: Callable[[str, str], None]

    def run(
        self, title: str, line: str, environment: Mapping[str, str], deadline: float
    ) -> None:
        del title, environment, deadline
        self.show(HERE, line)

    def call(self, title: str, act: Callable[[], object], deadline: float) -> None:
        del act, deadline
        self.show(HERE, f"# {title}")

    def wait(self, seconds: float) -> None:
        if seconds:
            self.show(HERE, f"# waiting {seconds:g} s")


def _stop(process: subprocess.Popen[str]) -> None:
    """End a command that goes on, with all that it started."""
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is not None:
                return
            os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOPPING)
    except KeyboardInterrupt:
        # again: the operator waits no longer
        os.killpg(process.pid, signal.SIGKILL)
        raise


def _raise(title: str, status: int | None, said: str, deadline: float) -> None:
    error: HostError | None = None
    if status is None:
        error = DeadlinePassed(
            HERE,
            f"{title} did not end within {deadline:g} s and was told to stop{said}",
        )
    elif status:
        error = ScriptFailed(HERE, f"{title} failed (exit status {status}){said}", 1)
    if error:
        raise error


def _described(error: BaseException) -> str:
    """Say what a function raised, and where."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}: {error}{where}"
