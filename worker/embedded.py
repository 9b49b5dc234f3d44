"""Where the file of an SQLite queue is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from worker.errors import BadAddress


def path(host: str, name: str) -> str:
    """Give the absolute path that a queue URL names."""
    if host or not name:
        raise BadAddress(
            "an SQLite queue URL has three slashes and a path (four for an absolute one): sqlite:///queue.db"
        )
    if name == ":memory:":
        raise BadAddress(
            "an SQLite queue is a file, which processes share; :memory: would be one connection's alone"
        )
    return _absolute(name)


def default(environ: Mapping[str, str]) -> str:
    """Give the path of the embedded queue: below $FORKLIFT_SHARED, else in this directory."""
    shared = environ.get("FORKLIFT_SHARED")
    return str(Path(shared) / "queue.db") if shared else _absolute("queue.db")


def _absolute(name: str) -> str:
    try:
        return os.fspath(Path(name).absolute())
    except FileNotFoundError:
        raise BadAddress(
            f"the current directory was removed, so there is no queue {name} in it"
        ) from None
