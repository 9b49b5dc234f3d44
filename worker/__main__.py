"""python -m worker setup | run | enqueue | status | list | …"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence

from worker import commands, desk_commands, log, options, reexec, running
from worker.address import Address
from worker.errors import BadAddress, WorkerError


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; give the exit status."""
    warnings.formatwarning = _sentence  # type: ignore[assignment] # takes any further arguments
    said = options.parse(arguments)
    try:
        addresses = options.queue_addresses(said, os.environ)
        if said.verb == "run":
            if running.run(said, addresses):
                reexec.again(arguments)
            return 0
        if said.verb == "enqueue":
            return _print(commands.enqueue(said, addresses))
        return _each(said, addresses)
    except WorkerError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _each(said: argparse.Namespace, addresses: Sequence[Address]) -> int:
    """Ask every queue; an id means a job of one of them."""
    if said.verb in ("show", "retry", "drop") and len(addresses) > 1:
        raise BadAddress(
            "there are several queues: say with --queue which one is meant"
        )
    verb = _verb(said.verb)
    return max(_print(verb(said, each)) for each in addresses)


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
            line = next(lines)
        except StopIteration as end:
            return end.value or 0
        _say(line)


def _say(line: str) -> None:
    """Print. A reader that has seen enough is no error, and what else is to be done is done."""
    try:
        print(line, flush=True)
    except OSError as error:
        log.silence(1)
        if not isinstance(error, BrokenPipeError):
            raise WorkerError(
                f"the output cannot be written: {error.strerror}"
            ) from error


def _sentence(message: Warning | str, *_: object) -> str:
    """A warning is a sentence as well."""
    return f"worker: warning: {message}\n"


if __name__ == "__main__":
    log.open_streams()
    sys.exit(main(sys.argv[1:]))
