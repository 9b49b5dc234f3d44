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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox import processes
from sandbox.errors import SandboxError
from sandbox.plan import OWN, READY, Plan
from sandbox.waiting import PATIENCE

HERE = Path(__file__).parent.parent
NAMESPACES = [
    "unshare",
    "--mount",
    "--pid",
    "--uts",
    "--fork",
    "--kill-child",
    "--mount-proc",
]
#: Debian keeps servers where an ordinary user does not look
SEARCH_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"


Running = subprocess.Popen[str]


@contextmanager
def first_process(plan: Plan) -> Iterator[Running]:
    """Run a host's first process; with its end the host is gone."""
    words = [sys.executable, "-m", "sandbox.init", plan.to_json()]
    if plan.plain:
        run = running(words, plan.folder / "init.log", Running.terminate, "TERM")
    else:
        run = running([*NAMESPACES, *words], plan.folder / "init.log", _end_namespaces)
    with run as process:
        yield process


@contextmanager
def running(
    words: Sequence[str],
    log: Path,
    end: Callable[[Running], None] = Running.kill,
    if_killed: str = "KILL",
    become: Sequence[str] = (),
) -> Iterator[Running]:
    """Run a program, and *end* it; if this thread is gone before, the kernel signals it.

    *become* are setpriv's words for another user: the kernel's promise does not outlive a later change.
    """
    with (
        log.open("a") as errors,
        subprocess.Popen(
            ["setpriv", *become, "--pdeathsig", if_killed, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
            cwd=HERE,
            env={**os.environ, "PATH": SEARCH_PATH, "PYTHONPATH": str(HERE)},
        ) as process,
    ):
        try:
            yield process
        finally:
            end(process)


def _end_namespaces(unshare: Running) -> None:
    """End the first process in the namespaces: unshare waits for all of them to be gone."""
    for pid in processes.children(unshare.pid) or [unshare.pid]:
        os.kill(pid, signal.SIGKILL)


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
    said = [
        line
        for file in files
        if file.exists()
        for line in file.read_text().splitlines()
    ]
    return said[-1].strip() if said else "it said nothing"
