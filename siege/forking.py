"""The process that has imported what fab imports, and forks a run of fab for each line that it is sent.

A line of its standard input is JSON: arguments, folder, files for standard output and standard error,
environment. It answers with the run's process id, and with the id and the exit status once the run has ended.
"""

from __future__ import annotations

import datetime
import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve until standard input ends."""
    _import_everything()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([sys.stdin, reader], [], [])
        if reader in ready:
            os.read(reader, 64)
            _reap()
        if sys.stdin in ready:
            line = os.read(0, 1 << 16)
            if not line:
                return
            _tell(_forked(*json.loads(line)))


def _import_everything() -> None:
    import fabric.main

    import deploy.opening
    import deploy.recipes.rollback
    import deploy.recipes.rollout
    import deploy.recipes.setup
    import deploy.recipes.sync
    import deploy.tasks

    del fabric, deploy


def _reap() -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            _tell(pid, os.waitstatus_to_exitcode(status))


def _tell(*numbers: int) -> None:
    os.write(1, (" ".join(map(str, numbers)) + "\n").encode())


def _forked(words: list[str], folder: str, out: str, err: str, environment: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # a siege in the background of a shell ignores it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # who looks at a terminal types there too
    typed = out if Path(out).is_char_device() else "/dev/null"
    os.dup2(os.open(typed, os.O_RDONLY | os.O_NOCTTY), 0)
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(out, writing, 0o600), 1)
    os.dup2(1 if err == out else os.open(err, writing, 0o600), 2)
    _be_fab(words)
    return 0


def _be_fab(words: list[str]) -> None:
    import fabric.main

    _set_clock(int(os.environ.get("SIEGE_CLOCK", "0")))
    sys.argv[:] = ["fab", *words]
    fabric.main.program.run()
    sys.stdout.flush()
    os._exit(0)


def _set_clock(wrong: int) -> None:
    """Let this run of fab believe in a clock that is *wrong* by these seconds."""
    import deploy.recipes.rollout as naming

    class Skewed(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return super().now(tz) + datetime.timedelta(seconds=wrong)

    if wrong:
        # what names a release
        vars(naming).update(datetime=Skewed)


if __name__ == "__main__":
    main()
