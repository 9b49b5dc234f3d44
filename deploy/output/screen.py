"""The part of a terminal that is drawn anew while a run goes on."""

from __future__ import annotations

import sys
from typing import IO, Any, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text

from deploy.output import printing
from deploy.output.board import Board
from deploy.output.frame import SPEED, Frame


class Screen:
    """Draws *board* several times a second, until it is closed; the last picture stays."""

    def __init__(self, board: Board, console: Console | None = None) -> None:
        self._board = board
        self._last = False
        self._console = console or on_terminal()
        self._live = Live(
            get_renderable=self._frame,
            console=self._console,
            refresh_per_second=SPEED,
            vertical_overflow="visible",
            # where standard error goes elsewhere, it is to arrive there
            redirect_stderr=sys.stderr.isatty(),
        )
        self._live.start()

    def print(self, text: str, style: str) -> None:
        """Print above the picture; a line that is too long is the terminal's to wrap."""
        # what a host says must not move the cursor
        said = Text(style=style)
        for line in text.splitlines():
            said.append(Text.from_ansi(line)).append("\n")
        said.right_crop(1)
        self._console.print(said, soft_wrap=True)

    def close(self) -> None:
        self._last = True
        self._live.stop()

    def _frame(self) -> Frame:
        return Frame(self._board, self._last)


def on_terminal() -> Console:
    """Make a console that goes on in silence when the terminal is gone."""
    file = cast(IO[str], _Terminal(sys.stdout))
    return Console(file=file, highlight=False, markup=False, emoji=False)


class _Terminal:
    """Standard output, without the errors of one that is gone."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with printing.nobody_reading():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with printing.nobody_reading():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
