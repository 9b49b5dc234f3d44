"""Where a sandbox keeps its files, and what becomes of them when it was killed.

The folder is locked for as long as its sandbox lives. One that nobody locks any more is left over
from a sandbox that was killed, and the next one removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: a folder has this name only once it is locked
PREFIX = "forklift-sandbox-"


@contextmanager
def made() -> Iterator[Path]:
    """Make a folder that is locked, seen by this user alone, and removed at the end."""
    remove_leftovers()
    fresh = Path(tempfile.mkdtemp(prefix="forklift-new-"))
    lock = os.open(fresh, os.O_RDONLY | os.O_DIRECTORY)
    folder = fresh.with_name(fresh.name.replace("forklift-new-", PREFIX))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh.rename(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_leftovers() -> None:
    """Remove the folders of this user's sandboxes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            _remove_if_unlocked(folder)


def _remove_if_unlocked(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(lock).st_uid != os.geteuid():
            return
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
