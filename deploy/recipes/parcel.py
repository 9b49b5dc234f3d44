"""What one host is sent to make a tree of: steps, and what these take from standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deploy.archive import Archive
from deploy.shell import Step

#: exit status of a host whose release before cannot be built on
OUTDATED = 74


@dataclass(frozen=True)
class Parcel:
    """Steps that fill a new release, and their standard input: a list of names, then an archive."""

    steps: tuple[Step, ...]
    names: bytes = b""
    archive: Archive | None = None

    def payload(self, tell_size: Callable[[int], None]) -> Iterator[bytes]:
        """Give the standard input, and tell the bytes of all of it as soon as they are known."""
        yield self.names
        if self.archive is None:
            return
        told = False
        for block in self.archive.blocks():
            told = told or self._told(tell_size)
            yield block
        if not told:
            self._told(tell_size)

    def _told(self, tell_size: Callable[[int], None]) -> bool:
        packed = self.archive.size if self.archive else None
        if packed is None:
            return False
        tell_size(len(self.names) + packed)
        return True
