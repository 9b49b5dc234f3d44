"""Which server a soak starts for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Union

from worker.soak.galera import Galera
from worker.soak.lone import Lone
from worker.soak.mariadb import own

#: none: the queue is a file
Server = Union[Lone, Galera, None]


def start(database: str, folder: Path) -> Server:
    """Start it with its files in *folder*, which is made."""
    if database == "sqlite":
        return None
    own(folder.parent)
    folder.mkdir()
    if database == "galera":
        return Galera(folder)
    return Lone(folder)
