"""The command line: what can be said, and the queue that it means."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import Any

from worker import address as addresses
from worker.address import Address
from worker.errors import BadAddress
from worker.verbs import VERBS

DESCRIPTION = "Put jobs into a queue, and work on them."
ENVIRONMENT = """\
environment: QUEUE_URL (the queue, or several with spaces between), FORKLIFT_SHARED (directory of the embedded queue.db),
FORKLIFT_CURRENT (link to the current release, for HUP), FORKLIFT_RELEASE (its name).
exit status: 0 done, 1 a bug, 2 refused with a sentence on standard error, 3 an alarm of status or doctor."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m worker",
        description=DESCRIPTION,
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (help, arguments) in VERBS.items():
        arguments(_verb(verbs, name, help))
    return top


def _verb(verbs: Any, name: str, help: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=help, description=help)
    verb.add_argument(
        "--queue",
        metavar="URL",
        action="append",
        help=f"{addresses.FORMS}; may be repeated; better in QUEUE_URL if it holds a password",
    )
    return verb


def queue_addresses(
    options: argparse.Namespace, environ: Mapping[str, str]
) -> list[Address]:
    """Find the queues: --queue, Qudo's flags, QUEUE_URL, or the embedded one."""
    if options.queue:
        return [addresses.parse(url) for url in options.queue]
    if getattr(options, "db", None) or getattr(options, "rdbms", None):
        return [_qudo_address(options)]
    urls = environ.get("QUEUE_URL", "").split()
    return [addresses.parse(url) for url in urls] or [addresses.default(environ)]


def _qudo_address(options: argparse.Namespace) -> Address:
    kind = (options.rdbms or "mysql").lower()
    if kind not in ("mysql", "sqlite"):
        raise BadAddress(f"--rdbms is {options.rdbms!r}; it can be mysql or SQLite")
    if not options.db:
        raise BadAddress("--rdbms wants --db, the name of the database")
    if kind == "sqlite":
        return Address("sqlite", os.path.abspath(options.db))  # noqa: PTH100 # resolves no link
    return Address(
        "mysql",
        options.db,
        host=options.host,
        user=options.user,
        password=options.password,
    )


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = parser()
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        made.error("what is said is not UTF-8")
    return made.parse_args(arguments)
