"""A host that is asked for real and changed in words only: what a dry run works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.remote.remote import DEADLINE, Remote
from deploy.shell import Command, Question, Script, Step, shown

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Rehearsal:
    """Asks through *remote* and shows each script in place of running it."""

    remote: Remote
    show: Callable[[str, str], None]

    @property
    def host(self) -> str:
        return self.remote.host

    def ask(self, question: Question[Answer], deadline: float = DEADLINE) -> Answer:
        return self.remote.ask(question, deadline)

    def run(
        self,
        script: Script,
        payload: Iterable[bytes] = (),
        as_root: bool = False,
        deadline: float = DEADLINE,
    ) -> Any:
        del payload, deadline
        account = "as root:\n" if as_root else ""
        self.show(self.host, account + shown(script))

    def fetch(
        self,
        question: Question[Any],
        take: Callable[[bytes], object],
        deadline: float = DEADLINE,
    ) -> None:
        del take, deadline
        self.show(self.host, shown(Script((Step("", question),))))

    def attend(self, line: Command, as_root: bool = False) -> int:
        self.show(self.host, ("as root:\n" if as_root else "") + line.text)
        return 0

    def hold(self, script: Script, deadline: float = DEADLINE) -> Rehearsed:
        """Ask what the script would ask, and hold nothing."""
        questions = [each.command for each in script.steps]
        asked = [each for each in questions if isinstance(each, Question)]
        return Rehearsed(*(self.remote.ask(each, deadline) for each in asked))


@dataclass(frozen=True)
class Rehearsed:
    """Nothing is held."""

    answer: Any
    lost: bool = False

    def let_go(self) -> None:
        """Do nothing: nothing is held."""

    def __enter__(self) -> Rehearsed:
        return self

    def __exit__(self, *exc: object) -> None:
        return None
