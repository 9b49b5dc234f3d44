"""A Galera cluster as the tests want a server: a fresh database's URL, each with another node first."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pymysql

from worker.soak.galera import Galera


class Cluster:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="forklift-db-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.galera = Galera(self.folder)
        self._made = 0

    def url(self, **options: str) -> str:
        """The URL of a database that does not exist yet."""
        self._made += 1
        more = "&".join(f"{name}={value}" for name, value in options.items())
        return self.urls(self._made)[0] + (f"?{more}" if more else "")

    def urls(self, made: int) -> list[str]:
        """The same database through each node, that of `connect` first."""
        turn = made % len(self.galera.nodes)
        every = [url.replace("/soak", f"/q{made}") for url in self.galera.urls]
        return every[turn:] + every[:turn]

    def connect(self, **options: Any) -> pymysql.connections.Connection[Any]:
        """Connect to the node that stands first in the last URL."""
        node = self.galera.nodes[self._made % len(self.galera.nodes)]
        return pymysql.connect(
            host="127.0.0.1",
            port=node.port,
            user="root",
            password=self.galera.password,
            autocommit=True,
            ssl_disabled=True,
            **options,
        )

    def stop(self) -> None:
        self.galera.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
