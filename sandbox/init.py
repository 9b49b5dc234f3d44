"""The first process of a host: starts sshd and what supervises services, reaps, and takes everything with it.

USR1 starts sshd again. When it ends, the kernel ends what is left of the host; in a plain sandbox,
which has no process namespace, it does that itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from sandbox import accounts, processes, sshd, view
from sandbox.plan import READY, Plan

#: what Debian's svscanboot gives to svscan
SEARCH_PATH = "/command:/usr/local/bin:/usr/local/sbin:/bin:/sbin:/usr/bin:/usr/sbin"


def main(plan: Plan) -> None:
    _forget_inherited_signals()
    reader = _wake_on(signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM)
    if plan.plain:
        processes.adopt_orphans()
    else:
        accounts.make_homes(plan.own("home"))
        view.enter(plan)
    sshd.start(plan)
    _start_scanner(plan)
    sys.stdout.write(READY)
    sys.stdout.close()
    _serve(plan, reader)


def _forget_inherited_signals() -> None:
    """Services inherit the scanner's signals: a parent that ignores INT would make them deaf to it."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with suppress(OSError):  # the C library keeps two for itself
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _wake_on(*numbers: signal.Signals) -> int:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reader


def _scanner(plan: Plan) -> list[str]:
    directory = str(plan.seen("etc/service"))
    if plan.supervisor == "runit":
        return ["runsvdir", "-P", directory]
    if plan.supervisor == "s6":
        return ["s6-svscan", directory]
    return ["svscan", directory] if plan.plain else ["svscanboot"]


def _start_scanner(plan: Plan) -> None:
    with Path(plan.log("scanner")).open("a") as log:
        subprocess.Popen(
            _scanner(plan),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": SEARCH_PATH},
            start_new_session=True,
        )


def _serve(plan: Plan, reader: int) -> None:
    while True:
        for number in os.read(reader, 64):
            if number == signal.SIGUSR1:
                sshd.start(plan)
            if number == signal.SIGTERM:
                processes.end_all_below(os.getpid())
                sys.exit()
        _reap()


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main(Plan.from_json(sys.argv[1]))
