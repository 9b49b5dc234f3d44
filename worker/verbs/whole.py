"""What the verbs can be told that are about a queue as a whole."""

from __future__ import annotations

import argparse

from worker.verbs.kinds import count, count_or_none, seconds


def setup(verb: argparse.ArgumentParser) -> None:
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


def status(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true")
    verb.add_argument(
        "--failures",
        type=count_or_none,
        default=5,
        metavar="N",
        help="show the last N; 5",
    )
    verb.add_argument(
        "--sample",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="look twice, so long apart, and tell how fast the backlog falls",
    )
    verb.add_argument(
        "--alarm-age",
        type=seconds,
        metavar="SECONDS",
        help="exit status 3 if a ready job has waited longer",
    )
    verb.add_argument(
        "--alarm-kept",
        type=count_or_none,
        metavar="N",
        help="exit status 3 if more jobs are kept as failed, aborted or quarantined",
    )


def doctor(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true")


def soak(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--jobs", type=count, default=20000, metavar="N", help="20000")
    verb.add_argument(
        "--database",
        choices=("mariadb", "galera", "sqlite"),
        default="mariadb",
        help="a private one, in a temporary folder (galera: a cluster of three); mariadb",
    )
    verb.add_argument(
        "--databases",
        type=count,
        default=1,
        metavar="N",
        help="so many of them; who enqueues takes any, each manager serves all; 1",
    )
    verb.add_argument("--managers", type=count, default=2, metavar="N", help="2")
    _faults(verb)


def _faults(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--seed", type=int, default=None, help="draw the same numbers again"
    )
    verb.add_argument(
        "--every",
        type=seconds,
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
