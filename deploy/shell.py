"""What is sent to a host, as POSIX shell text. Quoting happens here and in commands/ only."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar, Union

Word = Union[str, int, float, PurePosixPath]
Answer = TypeVar("Answer")

#: begins each line of a script's standard output that is not its answer (ASCII record separator)
MARK = "\x1e"

#: a login shell over ssh may know neither djb's /command nor the sbin directories
SEARCH_PATH = (
    "/command:/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin:$PATH"
)

#: what every script begins with
_BEGINNING = (
    "set -eu",
    "umask 022",
    f"PATH={SEARCH_PATH}",
    "LC_ALL=C.UTF-8; export PATH LC_ALL",
)

#: holds once all of a script has run: its last line says so
WHOLE = '[ -n "${whole-}" ]'


@dataclass(frozen=True)
class Command:
    """Shell text that changes a host, and the names of the shell libraries that it calls."""

    text: str
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """Shell text that only looks, and how to read what it prints."""

    text: str
    read: Callable[[str], Answer]
    uses: frozenset[str] = frozenset()
    #: lets the host use the operator's ssh agent meanwhile
    with_agent: bool = False


@dataclass(frozen=True)
class Script:
    """Several steps sent as one; *read* makes the answer out of what they print."""

    steps: tuple[Step, ...]
    read: Callable[[str], Any] = str
    #: told to stop, it goes back or finishes by itself, however long that takes: it is never killed
    ends_by_itself: bool = False
    #: lets the host use the operator's ssh agent meanwhile
    with_agent: bool = False
    #: what it says is shown whether the operator asked for the log or not
    aloud: bool = False


@dataclass(frozen=True)
class Step:
    """A part of a script under the name that the operator sees while it runs or if it fails."""

    title: str
    command: Command | Question[Any]


def command(*words: Word, uses: str = "") -> Command:
    """Make a command of words, each quoted; *uses* names the library of its first word."""
    return Command(
        " ".join(quote(word) for word in words), frozenset({uses} if uses else ())
    )


def let(**values: Word) -> Command:
    """Set shell variables for the steps that follow in the same script."""
    return Command("\n".join(f"{name}={quote(each)}" for name, each in values.items()))


def quote(word: Word) -> str:
    return shlex.quote(str(word))


def together(*commands: Command) -> Command:
    """Run commands one after the other; the first that fails ends them."""
    return Command(
        "\n".join(each.text for each in commands),
        frozenset().union(*(each.uses for each in commands)),
    )


def text_of(sent: Script | Question[Any]) -> str:
    """Spell out what the host's ``sh`` gets.

    All of it stands in one function that is called at the end: a script that was cut off on its
    way does nothing, and the loader, which asks for its last line, says so.
    """
    steps = sent.steps if isinstance(sent, Script) else (Step("", sent),)
    used = frozenset().union(*(step.command.uses for step in steps))
    return "\n".join(
        [
            "main() {",
            *_BEGINNING,
            *(library(name) for name in _with_base(used)),
            *(line for step in steps for line in _lines(step)),
            "}",
            "{ main",
            "whole=yes; }",
            "",
        ]
    )


def line_of(sent: Command) -> str:
    """Spell out a command that gets a terminal for standard input: it stands on the command line."""
    return "\n".join([*_BEGINNING, sent.text])


def shown(sent: Script) -> str:
    """Spell out the steps alone, for people: without the functions that they call."""
    used = frozenset().union(*(step.command.uses for step in sent.steps))
    called = ", ".join(f"{name}.sh" for name in _with_base(used))
    steps = [line for step in sent.steps for line in _lines(step)]
    return "\n".join([f"# with the functions of {called}", *steps])


def _with_base(used: Iterable[str]) -> list[str]:
    return ["base", *sorted(set(used) - {"base"})]


def _lines(step: Step) -> list[str]:
    announced = [command("begin", step.title).text] if step.title else []
    return [*announced, step.command.text]


@cache
def library(name: str) -> str:
    """Read a file of shell functions that lies beside the commands which call them."""
    return (Path(__file__).parent / "commands" / f"{name}.sh").read_text().rstrip()
