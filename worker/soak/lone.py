"""A single server of a soak, behind a network that fails."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from worker.soak.mariadb import Mariadb
from worker.soak.network import Network


class Lone(Mariadb):
    """Its root has a password: the network's port is open to every account of this host."""

    def __init__(self, folder: Path) -> None:
        self._first, self._password = folder / "first.sql", secrets.token_hex()
        self._first.touch(0o600)
        if os.getuid() == 0:
            shutil.chown(self._first, "mysql")
        self._first.write_text(
            f"ALTER USER root@localhost IDENTIFIED BY '{self._password}';\n"
        )
        super().__init__(folder)
        self.network = Network(folder / "s")
        self.network.start()

    @property
    def urls(self) -> list[str]:
        return [
            f"mysql://root:{self._password}@localhost/soak?unix_socket={self._socket}"
        ]

    @property
    def ways(self) -> list[str]:
        return [f"mysql://root:{self._password}@127.0.0.1:{self.network.port}/soak"]

    def stop(self) -> None:
        self.network.close()
        super().stop()

    def _placed(self) -> list[str]:
        return [*super()._placed(), f"--init-file={self._first}"]
