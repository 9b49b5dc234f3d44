"""The view for a terminal: one line a host, below whatever else there is to say."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

from deploy.output.board import Board
from deploy.output.event import Event
from deploy.output.lines import Lines


class Live(Lines):
    """Draws the board while phases run; what has a line of its own scrolls by above it.

    Before the first phase, and after the sentence that says what was done, it prints as a log has it.
    """

    def __init__(self, silent: Collection[str]) -> None:
        super().__init__(silent)
        self._board = Board()
        self._screen: Any = None

    def show(self, event: Event) -> None:
        self._board.take(event)
        if event.kind == "phase" and self._screen is None:
            # only now: no other view needs rich
            from deploy.output.screen import Screen

            self._screen = Screen(self._board)
        if event.kind in ("done", "table"):
            self.close()
        if not (
            event.kind == "step" and self._screen and self._board.at_work(event.host)
        ):
            super().show(event)

    def sent(self, host: str, size: int) -> None:
        self._board.sent(host, size)

    def put(self, text: str, error: bool) -> None:
        # a log that standard error is sent to gets it as it is
        if self._screen and (sys.stderr.isatty() or not error):
            self._screen.print(text, "yellow" if error else "")
        else:
            super().put(text, error)

    def close(self) -> None:
        screen, self._screen, self._board = self._screen, None, Board()
        if screen:
            screen.close()
