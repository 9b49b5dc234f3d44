"""A MariaDB server of the soak's own: in a temporary folder, on a unix socket, to be killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from worker.errors import BadSetting

#: seconds that the server may take to answer
PATIENCE = 60


class Mariadb:
    def __init__(self, folder: Path) -> None:
        self._data, self._socket = folder / "data", folder / "s"
        self._log = folder / "server.log"
        self._options = [
            "--no-defaults",
            f"--datadir={self._data}",
            f"--tmpdir={folder}",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M",
            "--innodb-use-native-aio=OFF",
        ]
        if os.getuid() == 0:
            self._options.append("--user=mysql")
        own(folder)
        self._make()
        self.process = self._start()

    @property
    def urls(self) -> list[str]:
        """One for each of its nodes."""
        return [f"mysql://root@localhost/soak?unix_socket={self._socket}"]

    @property
    def ways(self) -> list[str]:
        """URLs for those who are to meet the faults of a network; the others' go straight."""
        return self.urls

    @property
    def nodes(self) -> Sequence[Mariadb]:
        return [self]

    @property
    def is_whole(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """With the programs that it runs: a joining node's copy the data."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start(self) -> None:
        self.process = self._start()

    def stop(self) -> None:
        self.kill()

    def _placed(self) -> list[str]:
        """Where it listens, beside its socket."""
        return ["--skip-networking"]

    def _make(self) -> None:
        self._run(
            "mariadb-install-db",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        )

    def _start(self) -> subprocess.Popen[bytes]:
        command = [
            _program("mariadbd"),
            *self._options,
            f"--socket={self._socket}",
            f"--log-error={self._log}",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=1",
            *self._placed(),
        ]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command, stdout=quiet, stderr=quiet, start_new_session=True
        )
        _until(lambda: self._answers(process), "the soak's mariadbd does not answer")
        return process

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            said = self._log.read_text()[-1000:]
            raise BadSetting(f"the soak's mariadbd ended: {said}")
        with socket.socket(socket.AF_UNIX) as knock:
            return knock.connect_ex(str(self._socket)) == 0

    def _run(self, program: str, *options: str) -> None:
        command = [_program(program), *self._options, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BadSetting(f"{program} failed: {(done.stdout + done.stderr)[-1000:]}")


def own(folder: Path) -> None:
    """Give a folder to the server's user; root's servers do not run as root."""
    if os.getuid() == 0:
        shutil.chown(folder, "mysql")


def _program(name: str) -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    found = shutil.which(name, path=path)
    if found is None:
        raise BadSetting(
            f"a soak of MariaDB needs its server on this host, and {name} is not installed"
        )
    return found


def _until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise BadSetting(otherwise)
        time.sleep(0.02)
