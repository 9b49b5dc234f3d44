"""python -m worker setup | run | enqueue | status | list | …"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence

from worker import commands, desk_commands, options, reexec
from worker.address import Address
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
        return _print(_verb(said.verb)(said, address))
    except WorkerError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _verb(name: str) -> Callable[[argparse.Namespace, Address], Iterator[str]]:
    room = commands if hasattr(commands, name) else desk_commands
    found: Callable[..., Iterator[str]] = getattr(
        room, {"list": "list_"}.get(name, name)
    )
    return found


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
