"""The small disk that a host keeps its releases on: filled to the last byte or inode, and emptied."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

WHERE = "/home/app/www"
#: room for some releases, and not for much more
SIZE = "size=40m,nr_inodes=4000,mode=755"
_BALLAST = ".ballast"
_BLOCK = 1 << 16


def fill(disk: Path) -> None:
    """Leave not a byte."""
    with suppress(OSError), (disk / _BALLAST).open("wb", 0) as file:
        while True:
            file.write(b"\1" * _BLOCK)


def fill_inodes(disk: Path) -> None:
    """Leave room, and no name for what could fill it."""
    with suppress(OSError):
        for number in range(100_000):
            (disk / f"{_BALLAST}{number}").touch()


def empty(disk: Path) -> None:
    """Take away what filled it."""
    for file in disk.glob(f"{_BALLAST}*"):
        file.unlink()
