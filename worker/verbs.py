"""What each verb of the command line can be told."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from worker.spare import COOL_DOWN
from worker.store.admin import DONE, KEPT
from worker.store.statements import STATES

#: seconds
DAY = 86400.0

Arguments = Callable[[argparse.ArgumentParser], object]


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
        "--prune-days",
        type=_seconds,
        default=0.0,
        metavar="DAYS",
        help="delete jobs that failed so long ago; never",
    )
    _hooks(verb)
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
    verb.add_argument(
        "--retry-seconds",
        "--retry_seconds",
        type=_seconds,
        default=30.0,
        metavar="SECONDS",
        help="of several databases, before one that could not be worked on is tried again; 30",
    )
    _log(verb)


def _log(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--log",
        choices=("text", "json"),
        default="text",
        help="a line, or an object of JSON, for each event; text",
    )
    verb.add_argument(
        "--log-arguments",
        action="store_true",
        help="lines about jobs hold their arguments, for all who can read the log",
    )


def _hooks(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--hook",
        action="append",
        default=[],
        metavar="MODULE:NAME",
        help="around every job; several: the first is the outermost",
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
        "--coalesce", metavar="KEY", help="done together with others of the handler"
    )
    verb.add_argument(
        "--into", default=None, metavar="NAME", help="the queue's name; default"
    )
    _hooks(verb)


def _status(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true")
    verb.add_argument(
        "--failures", type=int, default=5, metavar="N", help="show the last N; 5"
    )
    verb.add_argument(
        "--sample",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="look twice, so long apart, and tell how fast the backlog falls",
    )
    verb.add_argument(
        "--alarm-age",
        type=_seconds,
        metavar="SECONDS",
        help="exit status 3 if a ready job has waited longer",
    )
    verb.add_argument(
        "--alarm-kept",
        type=int,
        metavar="N",
        help="exit status 3 if more jobs are kept as failed, aborted or quarantined",
    )


def _list(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--state", choices=(*STATES.values(), *KEPT, DONE), default="")
    verb.add_argument("--of", default="", metavar="QUEUE", help="of one queue only")
    verb.add_argument("--handler", default="", metavar="HANDLER")
    verb.add_argument("--limit", type=_count, default=20, metavar="N", help="20")
    verb.add_argument("--json", action="store_true", help="a line of JSON for each")


def _show(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("id", type=int, metavar="ID")
    verb.add_argument("--json", action="store_true")


def _some(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("ids", type=int, nargs="*", metavar="ID")
    verb.add_argument(
        "--all",
        action="store_true",
        help="all jobs that are kept; fewer with the options below",
    )
    verb.add_argument("--state", choices=KEPT, default="")
    verb.add_argument("--of", default="", metavar="QUEUE")
    verb.add_argument("--handler", default="", metavar="HANDLER")


def _name(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("name", metavar="QUEUE", help="a queue's name, such as default")


def _prune(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--days", type=_seconds, default=30.0, metavar="DAYS", help="30")


def _doctor(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true")


def _soak(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--jobs", type=_count, default=20000, metavar="N", help="20000")
    verb.add_argument(
        "--database",
        choices=("mariadb", "galera", "sqlite"),
        default="mariadb",
        help="a private one, in a temporary folder (galera: a cluster of three); mariadb",
    )
    verb.add_argument("--managers", type=_count, default=2, metavar="N", help="2")
    verb.add_argument(
        "--seed", type=int, default=None, help="draw the same numbers again"
    )
    verb.add_argument(
        "--every",
        type=_seconds,
        default=0.65,
        metavar="SECONDS",
        help="between two faults, in the mean; 0.65",
    )
    verb.add_argument(
        "--faults",
        default="",
        metavar="A,B",
        help="only these, by the names that a report has, or none; all",
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


VERBS: Mapping[str, tuple[str, Arguments]] = {
    "setup": ("create the queue's database and tables, or migrate them", _setup),
    "run": ("work until told to stop", _run),
    "enqueue": ("put one job in and print its id", _enqueue),
    "status": ("count the jobs and show the last failures", _status),
    "list": ("list jobs", _list),
    "show": ("show all that is known of one job, its argument too", _show),
    "retry": ("put kept jobs back into their queues, attempts from 1 again", _some),
    "drop": ("delete jobs for good, unless they are running", _some),
    "pause": ("let no job of a queue begin, on any host", _name),
    "resume": ("undo pause", _name),
    "prune": ("delete jobs that were kept so long ago", _prune),
    "doctor": ("look for what would make the queue slow or unsafe", _doctor),
    "soak": ("break everything at random, account for every job", _soak),
}
