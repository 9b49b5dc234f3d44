"""python -m worker setup | run | enqueue | status"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence

from worker import commands, options, reexec
from worker.errors import WorkerError


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; give the exit status."""
    warnings.formatwarning = _sentence  # type: ignore[assignment] # takes any further arguments
    said = options.parse(arguments)
    try:
        address = options.queue_address(said, os.environ)
        if said.verb == "run":
            if commands.run(said, address):
                reexec.become(
                    reexec.plan(arguments, sys.executable, os.environ, os.getcwd())  # noqa: PTH109
                )
            return 0
        return _print(getattr(commands, said.verb)(said, address))
    except WorkerError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _print(lines: Iterator[str]) -> int:
    """Print what a verb yields; the status is what it returns."""
    while True:
        try:
            print(next(lines), flush=True)
        except StopIteration as end:
            return end.value or 0


def _sentence(message: Warning | str, *_: object) -> str:
    """A warning is a sentence as well."""
    return f"worker: warning: {message}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
