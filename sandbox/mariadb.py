"""A MariaDB of one's own on a socket: root has no password, nothing listens on the network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox import launch, waiting
from sandbox.errors import SandboxError

#: whom Debian's package runs it as; it must not be root, who could be made to write any file
USER = "mysql"
#: small, as little is kept; everything else is stock
SIZES = ("--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M")
STOCK = ("--no-defaults", "--character-set-server=utf8mb4", "--skip-networking")


class MariaDB:
    """A server that runs; its sandbox made it and ends it."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "run" / "mysqld.sock"

    def url(self, database: str = "", user: str = "root") -> str:
        """Give the address of a database as the worker's Queue wants it, on all hosts alike."""
        return f"mysql://{user}@localhost/{database}?unix_socket={self.socket}"

    def query(self, sql: str) -> str:
        """Run SQL as root; answer with rows of words between tabs."""
        done = self._client(sql)
        if done.returncode != 0:
            raise SandboxError(f"MariaDB refused it: {done.stderr.strip()}")
        return done.stdout

    def add_account(self, name: str, password: str, on: str = "*") -> None:
        """Let *name* in over the socket, with all rights on the databases called *on*."""
        quoted = password.replace("\\", "\\\\").replace("'", "\\'")
        self.query(
            f"CREATE USER `{name}`@localhost IDENTIFIED BY '{quoted}';"
            f"GRANT ALL ON {on if on == '*' else f'`{on}`'}.* TO `{name}`@localhost"
        )

    def answers(self) -> bool:
        return self._client("SELECT 1").returncode == 0

    def _client(self, sql: str) -> subprocess.CompletedProcess[str]:
        words = ["mariadb", "--no-defaults", "-u", "root", "--batch", "-N", "-S"]
        return subprocess.run(
            [*words, self.socket],
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )


def make_folder(folder: Path) -> None:
    """Make the directories that the server's user must be able to reach."""
    for each in (folder, folder / "run", folder / "tmp"):
        each.mkdir()
        if os.geteuid() == 0:
            shutil.chown(each, USER)
    if os.geteuid() == 0:
        shutil.chown(folder.parent, group=USER)
        folder.parent.chmod(0o710)


@contextmanager
def running(folder: Path) -> Iterator[MariaDB]:
    """Run a fresh server whose files are in *folder*."""
    _install(folder)
    server = MariaDB(folder)
    words = ["mariadbd", *STOCK, *SIZES, *_files(folder)]
    words += [f"--socket={server.socket}", f"--pid-file={folder / 'pid'}"]
    with launch.running(words, folder / "log", become=_its_user()) as process:
        waiting.until(
            lambda: server.answers() or process.poll() is not None,
            "MariaDB does not answer",
        )
        if process.poll() is not None:
            raise SandboxError(f"MariaDB did not start: {(folder / 'log').read_text()}")
        yield server


def _install(folder: Path) -> None:
    words = ["mariadb-install-db", *STOCK[:1], *SIZES, *_files(folder)]
    words += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    done = subprocess.run(
        ["setpriv", *_its_user(), *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SandboxError(f"mariadb-install-db failed: {done.stderr.strip()}")


def _files(folder: Path) -> list[str]:
    """Say where the data lies; a server that starts removes another's tables from a shared tmpdir."""
    return [f"--datadir={folder / 'data'}", f"--tmpdir={folder / 'tmp'}"]


def _its_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    return f"--reuid {USER} --regid {USER} --clear-groups".split()
