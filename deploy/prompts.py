"""Questions to the operator, whose answers become values of settings, or secrets."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

from deploy.errors import Refused


@dataclass(frozen=True, eq=False)
class Prompt:
    """A question; its answer is had by calling it, and the operator is asked once."""

    question: str
    default: Any = None
    hidden: bool = False

    def __call__(self) -> Any:
        return _answer(self)

    def __str__(self) -> str:
        return f"asked: {self.question}"


def ask(question: str, *, default: Any = None, hidden: bool = False) -> Prompt:
    """Ask the operator on his terminal, when the answer is needed.

    Without a terminal, and where he only presses Return, *default* is the answer; without one the
    run is refused. A *hidden* answer is not shown while it is typed, and may be a secret alone.
    """
    return Prompt(question, default, hidden)


@cache
def _answer(prompt: Prompt) -> Any:
    typed = _typed(prompt) if sys.stdin.isatty() else ""
    if typed:
        return typed
    if prompt.default is None:
        why = "nothing was answered" if sys.stdin.isatty() else "there is no terminal"
        raise Refused(f"{why}, and {prompt.question!r} has no default")
    return prompt.default


def _typed(prompt: Prompt) -> str:
    # a hidden default is one too
    shown = prompt.default is not None and not prompt.hidden
    words = f"{prompt.question} [{prompt.default}] " if shown else f"{prompt.question} "
    if prompt.hidden:
        return getpass.getpass(words)
    # standard output is for answers, of --json too
    sys.stderr.write(words)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
