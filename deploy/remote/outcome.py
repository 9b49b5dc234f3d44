"""Under which terms a command runs on a host, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from deploy.remote.bell import Cancel


class End(Enum):
    """How a command ended."""

    EXITED = "exited"
    KILLED = "killed"
    LOST = "lost"
    DEADLINE = "deadline"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Done:
    """What became of a command; *status* counts only if it exited, *signal* only if it was killed."""

    end: End
    status: int
    signal: str
    out: str
    err: str
    seconds: float


def _ignore(stream: str, line: str) -> None:
    del stream, line


def _not_counted(size: int) -> None:
    del size


def _no_command(signal: str) -> None:
    del signal


@dataclass(frozen=True)
class Terms:
    """Under which terms a command runs."""

    #: seconds until it is told to stop
    deadline: float = 120
    cancel: Cancel = field(default_factory=Cancel)
    #: gets "out" or "err", and the line with its newline
    on_line: Callable[[str, str], None] = _ignore
    #: gets standard output as it comes, in place of its lines
    on_bytes: Callable[[bytes], object] | None = None
    #: gets the bytes of standard input that are sent by now
    on_sent: Callable[[int], None] = _not_counted
    #: gives the command that sends a signal of this name, where sshd does not do so on request
    kill_with: Callable[[str], str | None] = _no_command
    #: what does not end after TERM is killed
    may_be_killed: bool = True
    #: leave standard input open after the last byte
    keep_stdin: bool = False
    #: let the command use the operator's ssh agent
    with_agent: bool = False
