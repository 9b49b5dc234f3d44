"""What a release holds, file by file, named as git names it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

#: each file's path to its mode and content, as git ls-tree tells it
Tree = Mapping[str, tuple[str, str]]
#: what is left where a manifest could not be written
TORN = ".release.json.new"
#: what a release holds besides its commit's files
BESIDES = (".forklift/start", ".forklift/tree", ".release.json", TORN, "log", "built")


def tree(release: Path) -> Tree:
    """Read all that a release holds as git would name it, without what is made on the host."""
    found: dict[str, tuple[str, str]] = {}
    for folder, names, files in os.walk(release):
        links = [each for each in names if Path(folder, each).is_symlink()]
        for name in (*files, *links):
            path = Path(folder, name)
            where = str(path.relative_to(release))
            if where not in BESIDES:
                # a release that is just being removed
                with suppress(FileNotFoundError):
                    found[where] = _blob(path)
    return found


def _blob(path: Path) -> tuple[str, str]:
    if path.is_symlink():
        mode, content = "120000", os.fsencode(path.readlink())
    else:
        mode = "100755" if path.stat().st_mode & stat.S_IXUSR else "100644"
        content = path.read_bytes()
    head = b"blob %d\0" % len(content)
    return mode, hashlib.sha1(head + content).hexdigest()  # noqa: S324 # git's own
