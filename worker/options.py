"""The command line: what can be said, and the queue that it means."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import Any

from worker import address as addresses
from worker.address import Address
from worker.errors import BadAddress
from worker.spare import COOL_DOWN

DESCRIPTION = "Put jobs into a queue, and work on them."
ENVIRONMENT = """\
environment: QUEUE_URL (the queue), FORKLIFT_SHARED (directory of the embedded queue.db),
FORKLIFT_CURRENT (link to the current release, for HUP), FORKLIFT_RELEASE (its name).
exit status: 0 done, 1 a bug, 2 refused with a sentence on standard error."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m worker",
        description=DESCRIPTION,
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    _setup(
        _verb(verbs, "setup", "create the queue's database and tables, or migrate them")
    )
    _run(_verb(verbs, "run", "work until told to stop"))
    _enqueue(_verb(verbs, "enqueue", "put one job in and print its id"))
    _status(_verb(verbs, "status", "count the jobs and show the last failures"))
    _soak(_verb(verbs, "soak", "break everything at random, account for every job"))
    return top


def _verb(verbs: Any, name: str, help: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=help, description=help)
    verb.add_argument(
        "--queue",
        metavar="URL",
        help=f"{addresses.FORMS}; better in QUEUE_URL if it holds a password",
    )
    return verb


def _setup(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--dry-run",
        "--dry_run",
        action="store_true",
        help="print the SQL, change nothing",
    )
    qudo = verb.add_argument_group("as with the command of Perl's Qudo")
    qudo.add_argument("--rdbms", help="mysql or SQLite")
    qudo.add_argument("--db", help="the database, or SQLite's file")
    qudo.add_argument("--user", default="")
    qudo.add_argument(
        "--pass", dest="password", default="", help="visible to all users of the host"
    )
    qudo.add_argument("--host", default="localhost")
    qudo.add_argument(
        "--use_innodb", action="store_true", help="always so; accepted from habit"
    )


def _run(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "modules",
        nargs="+",
        metavar="MODULE",
        help="module of handlers, or module:Name",
    )
    verb.add_argument(
        "--max-workers",
        "--max_workers",
        type=_count,
        default=1,
        metavar="N",
        help="living children; 1",
    )
    verb.add_argument(
        "--min-spare-workers",
        "--min_spare_workers",
        type=_count,
        default=1,
        metavar="N",
        help="idle children kept ready; 1",
    )
    verb.add_argument(
        "--max-spare-workers",
        "--max_spare_workers",
        type=_count,
        default=None,
        metavar="N",
        help="idle children above which some are retired; --max-workers",
    )
    verb.add_argument(
        "--cool-down",
        type=_seconds,
        default=COOL_DOWN,
        metavar="SECONDS",
        help=f"idle time before a child can be retired; {COOL_DOWN:g}",
    )
    _wear(verb)
    verb.add_argument(
        "--work-delay",
        "--work_delay",
        type=_seconds,
        default=1.0,
        metavar="SECONDS",
        help="between polls of an idle queue; 1",
    )
    verb.add_argument(
        "--stop-timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="for running jobs to finish after TERM; 60",
    )
    verb.add_argument(
        "--queues",
        default="default",
        metavar="A,B",
        help="in this order of importance; default",
    )


def _wear(verb: argparse.ArgumentParser) -> None:
    for name, type, metavar, help in (
        ("--max-jobs", _count, "N", "a child leaves after so many jobs"),
        ("--max-age", _seconds, "SECONDS", "a child leaves after so long"),
        ("--max-memory", _megabytes, "MB", "a child leaves with so much memory"),
    ):
        verb.add_argument(
            name,
            type=type,
            default=0,
            metavar=metavar,
            help=f"{help}, or up to a tenth less; never",
        )


def _enqueue(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("handler", metavar="HANDLER", help="module.Name")
    verb.add_argument(
        "arg", nargs="?", default="null", metavar="JSON", help="its argument; null"
    )
    verb.add_argument("--run-after", type=float, default=0.0, metavar="SECONDS")
    verb.add_argument(
        "--priority", type=int, default=0, help="the higher goes first; 0"
    )
    verb.add_argument(
        "--uniqkey", help="refused while a live job of the handler has it"
    )
    verb.add_argument(
        "--into", default=None, metavar="NAME", help="the queue's name; default"
    )


def _status(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true")
    verb.add_argument(
        "--failures", type=int, default=5, metavar="N", help="show the last N; 5"
    )


def _soak(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--jobs", type=_count, default=20000, metavar="N", help="20000")
    verb.add_argument(
        "--database",
        choices=("mariadb", "sqlite"),
        default="mariadb",
        help="a private one, in a temporary folder; mariadb",
    )
    verb.add_argument("--managers", type=_count, default=2, metavar="N", help="2")
    verb.add_argument(
        "--seed", type=int, default=None, help="draw the same numbers again"
    )


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def _megabytes(text: str) -> float:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of megabytes")
    return float(text)


def queue_address(options: argparse.Namespace, environ: Mapping[str, str]) -> Address:
    """Find the queue: --queue, Qudo's flags, QUEUE_URL, or the embedded one."""
    if options.queue is not None:
        return addresses.parse(options.queue)
    if getattr(options, "db", None) or getattr(options, "rdbms", None):
        return _qudo_address(options)
    url = environ.get("QUEUE_URL")
    return addresses.parse(url) if url else addresses.default(environ)


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
    return parser().parse_args(arguments)
