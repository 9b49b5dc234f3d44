"""A host on which scripts run: ask, run, hold, fetch, attend."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from deploy.shell import Command, Question, Script

Answer = TypeVar("Answer")

#: seconds a script may run if its caller does not say
DEADLINE = 120


class Held(Protocol):
    """A script that goes on running until the end of the `with` block."""

    @property
    def answer(self) -> Any: ...

    @property
    def lost(self) -> bool:
        """Whether it has ended meanwhile, and holds nothing any more."""

    def let_go(self) -> None:
        """Have it end, and do not wait."""

    def __enter__(self) -> Held: ...

    def __exit__(self, *exc: object) -> None: ...


class Remote(Protocol):
    """A host by the name the operator gave it; each call sends one script."""

    @property
    def host(self) -> str: ...

    def ask(self, question: Question[Answer], deadline: float = DEADLINE) -> Answer: ...

    def run(
        self,
        script: Script,
        payload: Iterable[bytes] = (),
        as_root: bool = False,
        deadline: float = DEADLINE,
    ) -> Any:
        """Run *script* with *payload* on its standard input; return its answer as it reads it."""

    def fetch(
        self,
        question: Question[Any],
        take: Callable[[bytes], object],
        deadline: float = DEADLINE,
    ) -> None:
        """Give *take* what *question* prints, byte by byte as it comes."""

    def attend(self, line: Command, as_root: bool = False) -> int:
        """Run a command on the operator's terminal; give its exit status. Raises Refused where there is none."""

    def hold(self, script: Script, deadline: float = DEADLINE) -> Held:
        """Start *script* and return at its held mark; it ends when its standard input does."""
