"""A script over ssh that goes on running for as long as it is held."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from deploy.remote.session import Running

#: seconds that it is waited for after it was let go of; the end of the connection ends it too
RELEASE = 3


@dataclass(frozen=True)
class SshHeld:
    """A script that holds something over ssh."""

    answer: Any
    running: Running
    channel: ExitStack

    @property
    def lost(self) -> bool:
        return self.running.look()

    def let_go(self) -> None:
        self.running.end_input()

    def __enter__(self) -> SshHeld:
        return self

    def __exit__(self, *exc: object) -> None:
        with self.channel:
            self.running.end_input()
            self.running.wait(RELEASE)
