"""One picture of the board, as wide and as high as the terminal is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from deploy.output.board import Board, Row

#: columns from which on there is room for a bar
WIDE = 72
#: and for the time
NARROW = 34
#: columns of the bar
BAR = 20
MARKS = {"waiting": "·", "ok": "✓", "failed": "✗", "interrupted": "✗"}
ASCII = {"waiting": ".", "ok": "+", "failed": "x", "interrupted": "x"}
#: what turns while a host is at work, and how many steps a second
TURNING, ASCII_TURNING, SPEED = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\", 4
STYLES = {"ok": "green", "failed": "bold red", "interrupted": "red", "begun": "cyan"}


@dataclass(frozen=True)
class Frame:
    """The board as it is, or as it is left at the end."""

    board: Board
    last: bool = False

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        if self.last:
            yield self._grid(self.board.in_order(), options)
            return
        tail = list(_tail(self.board.rows()))
        room = max(console.height - 2 - len(tail), 1)
        rows = self._shown(room)
        yield self._grid(rows, options)
        hidden = len(self.board.in_order()) - len(rows)
        if hidden:
            yield _line(f"  and {hidden} more hosts")
        yield from tail

    def _shown(self, room: int) -> Sequence[Row]:
        """Choose the rows that have room; where all have, each stays at its place."""
        every = self.board.in_order()
        return every if len(every) <= room else self.board.rows()[:room]

    def _grid(self, rows: Sequence[Row], options: ConsoleOptions) -> Table:
        width = options.max_width
        with_bar = width >= WIDE and any(each.uploading for each in rows)
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, overflow="ellipsis", max_width=width // 3)
        grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        if with_bar:
            grid.add_column(width=BAR)
        if width >= NARROW:
            grid.add_column(no_wrap=True, justify="right", min_width=6)
        for row in rows:
            mark = self._mark(row, options.ascii_only)
            time = Text(_time(row, self.board.elapsed(row)), "dim")
            cells = [*_words(row, mark), *([_bar(row)] if with_bar else []), time]
            grid.add_row(*cells[: len(grid.columns)])
        return grid

    def _mark(self, row: Row, ascii_only: bool) -> str:
        if row.outcome != "begun":
            return (ASCII if ascii_only else MARKS)[row.outcome]
        turning = ASCII_TURNING if ascii_only else TURNING
        return turning[int(self.board.elapsed(row) * SPEED) % len(turning)]


def plain(text: str) -> str:
    """Take out of a host's words what would move the cursor or change the terminal."""
    return "".join(c if c.isprintable() else " " for c in text.expandtabs())


def _words(row: Row, mark: str) -> list[RenderableType]:
    faint = row.outcome in ("ok", "waiting")
    return [
        Text(mark, STYLES.get(row.outcome, "dim")),
        Text(plain(row.host), "bold"),
        Text(_doing(row), "dim" if faint else ""),
    ]


def _doing(row: Row) -> str:
    told = row.step and row.outcome != "ok"
    words = f"{row.phase}: {row.step}" if told else row.phase
    if row.uploading:
        whole = f" of {_megabytes(row.size)}" if row.size else ""
        words = f"{row.phase}: {_megabytes(row.sent)}{whole} MB sent"
    return plain(words)


def _bar(row: Row) -> RenderableType:
    if not (row.uploading and row.size):
        return ""
    return ProgressBar(row.size, row.sent, width=BAR)


def _time(row: Row, seconds: float) -> str:
    if row.outcome == "waiting":
        return ""
    if row.outcome == "begun":
        return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    return f"{seconds:.1f} s"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def _tail(rows: Iterable[Row]) -> Iterable[Text]:
    """Show the end of what the first host that failed had to say."""
    failed = next((row for row in rows if row.tail), None)
    for line in failed.tail if failed else ():
        yield _line(f"  {line}")


def _line(text: str) -> Text:
    return Text(plain(text), "dim", no_wrap=True, overflow="ellipsis")
