"""The product's repository where hosts can fetch from it: git's own server, on the loopback."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = "127.0.0.1"
#: seconds within which it answers
PATIENCE = 20


@contextmanager
def served(repository: Path) -> Iterator[str]:
    """Serve a repository, and give its URL; the end of the block ends that."""
    port = _free_port()
    # its own program, without git in front: a siege that is killed takes it along
    words = [
        *("setpriv", "--pdeathsig", "TERM", _program()),
        *("--export-all", "--reuseaddr"),
        *(f"--listen={HERE}", f"--port={port}", f"--base-path={repository.parent}"),
        str(repository),
    ]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield f"git://{HERE}:{port}/{repository.name}"
        finally:
            process.terminate()


def _program() -> str:
    known = subprocess.run(
        ["git", "--exec-path"], capture_output=True, text=True, check=True
    )
    return f"{known.stdout.strip()}/git-daemon"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with socket.create_connection((HERE, port), timeout=1):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
