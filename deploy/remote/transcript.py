"""What a script says while it runs, and the sentence for how it ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from deploy.errors import (
    ConnectionLost,
    DeadlinePassed,
    HostError,
    Interrupted,
    ScriptFailed,
)
from deploy.remote.outcome import Done, End
from deploy.shell import MARK

#: on standard error, before the sentence with which base.sh's `fail` ends a script
SENTENCE = MARK + "!"
#: on standard error, before the process id of the shell that takes the script
PROCESS = MARK + "$"
#: on standard output: the script holds what it was sent to hold
HELD = "held"
#: lines of the log that a failure shows
TAIL = 20


def _ignore(host: str, said: object) -> None:
    del host, said


@dataclass(frozen=True)
class Onlooker:
    """Is told, host by host, which step begins, what the log says, and how many bytes are sent."""

    on_step: Callable[[str, str], None] = _ignore
    on_log: Callable[[str, str], None] = _ignore
    #: of scripts whose log is shown in any case
    on_word: Callable[[str, str], None] = _ignore
    on_sent: Callable[[str, int], None] = _ignore

    def of(self, aloud: bool) -> Onlooker:
        """Give who is told what a script says, shown in any case or not."""
        return replace(self, on_log=self.on_word) if aloud else self


class Transcript:
    """Takes a script's lines: its answer, its steps, its log, and why it gave up."""

    def __init__(self, host: str, onlooker: Onlooker) -> None:
        self.host = host
        self.step = ""
        self.sentence = ""
        self.held = False
        self.process = 0
        self.tail: deque[str] = deque(maxlen=TAIL)
        self._answer: list[str] = []
        self._onlooker = onlooker

    @property
    def answer(self) -> str:
        return "".join(self._answer)

    def take(self, stream: str, line: str) -> None:
        """Take a line of "out" or "err", with its newline."""
        if stream == "out":
            self._take_out(line)
        # the loader's word, which comes first: what programs say so names no process that root may be told to end
        elif not self.process and line.startswith(PROCESS):
            self.process = int(line[len(PROCESS) :])
        elif SENTENCE in line:
            self.sentence = line.partition(SENTENCE)[2].rstrip("\n")
        else:
            self.tail.append(line.rstrip("\n"))
            self._onlooker.on_log(self.host, line.rstrip("\n"))

    def _take_out(self, line: str) -> None:
        # a step can be announced behind an answer that did not end its line
        answer, mark, title = line.partition(MARK)
        self._answer.append(answer)
        if mark:
            self._begin(title.rstrip("\n"))

    def _begin(self, title: str) -> None:
        if title == HELD:
            self.held = True
            return
        self.step = title
        self._onlooker.on_step(self.host, title)


def failure(done: Done, said: Transcript, deadline: float) -> HostError | None:
    """Make an error of how a script ended, or None if it ended well."""
    step = said.step or "the script"
    if done.end is End.EXITED:
        return _failed(done, said, step) if done.status else None
    if done.end is End.KILLED:
        sentence = f"{step} was killed by signal {done.signal}"
        return ScriptFailed(said.host, sentence + _log(said), 128)
    if done.end is End.DEADLINE:
        sentence = f"{step} did not end within {deadline:g} s and was told to stop"
        return DeadlinePassed(said.host, sentence + _log(said))
    if done.end is End.CANCELLED:
        return Interrupted(said.host, f"{step} was told to stop by the operator")
    return ConnectionLost(
        said.host,
        f"the connection broke during {step}; whether it went on there is unknown",
    )


def _failed(done: Done, said: Transcript, step: str) -> ScriptFailed:
    sentence = said.sentence or f"{step} failed (exit status {done.status})"
    return ScriptFailed(said.host, sentence + _log(said), done.status)


def _log(said: Transcript) -> str:
    return "".join(f"\n    {line}" for line in said.tail)
