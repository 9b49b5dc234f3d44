"""Which files of a release are links into `shared`, and which of them may be missing there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from deploy import values


@dataclass(frozen=True)
class LinkedFile:
    """A file of the release that is a link into ``shared``; an *optional* one may be missing there."""

    path: PurePosixPath
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.path}?" if self.optional else str(self.path)


def linked_files(value: Any) -> tuple[LinkedFile, ...]:
    """Make linked files of paths; a ``?`` at the end marks an optional one."""
    return values.each(_linked_file, values.listed(value, "paths"))


def _linked_file(value: Any) -> LinkedFile:
    if isinstance(value, LinkedFile):
        return value
    optional = isinstance(value, str) and value.rstrip().endswith("?")
    made_before = isinstance(value, PurePosixPath)
    path = value.rstrip()[:-1] if optional else str(value) if made_before else value
    return LinkedFile(values.relative_path(path), optional)
