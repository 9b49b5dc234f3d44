"""How processes are started so that none outlives the sandbox, even one that is killed.

The kernel signals each of them when the *thread* that started it ends: start a sandbox in a thread that
lives as long as it does.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.plan import OWN, READY, Plan
from sandbox.waiting import PATIENCE

HERE = Path(__file__).parent.parent
NAMESPACES = "unshare --mount --pid --uts --fork --kill-child --mount-proc"


@contextmanager
def first_process(plan: Plan) -> Iterator[subprocess.Popen[str]]:
    """Run a host's first process; with its end the host is gone."""
    end = signal.SIGTERM if plan.plain else signal.SIGKILL
    namespaces = [] if plan.plain else NAMESPACES.split()
    words = [*namespaces, sys.executable, "-m", "sandbox.init", plan.to_json()]
    with running(words, plan.folder / "init.log", end) as process:
        yield process


@contextmanager
def running(
    words: list[str], log: Path, end: signal.Signals = signal.SIGKILL
) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the end of the block or of this thread, whatever ends it."""
    with (
        log.open("a") as errors,
        subprocess.Popen(
            ["setpriv", "--pdeathsig", end.name, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
            cwd=HERE,
            env={**os.environ, "PYTHONPATH": str(HERE)},
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(end)


def make_directories(plan: Plan) -> None:
    """Make what a host has for itself."""
    for path in OWN:
        plan.own(path).mkdir(parents=True, exist_ok=True)
    plan.own("tmp").chmod(0o1777)


def wait_until_ready(process: subprocess.Popen[str], plan: Plan) -> None:
    """Wait until a host's first process has started the others."""
    assert process.stdout  # noqa: S101 # it was asked for
    select.select([process.stdout], [], [], PATIENCE)
    os.set_blocking(process.stdout.fileno(), False)
    if process.stdout.read() != READY:
        raise SandboxError(f"host {plan.name} did not start: {_last_words(plan)}")


def _last_words(plan: Plan) -> str:
    files = (plan.folder / "init.log", plan.own("var/log") / "sshd.log")
    said = [line for file in files if file.exists() for line in file.open()]
    return said[-1].strip() if said else "it said nothing"
