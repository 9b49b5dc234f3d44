"""What a worker can be told; underscores as Qudo's options have them."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from worker.spare import COOL_DOWN
from worker.verbs.kinds import count, hooks, megabytes, names, seconds


def run(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "modules",
        nargs="+",
        metavar="MODULE",
        help="module of handlers, or module:Name",
    )
    _children(verb)
    _wear(verb)
    hooks(verb)
    _rhythm(verb)
    verb.add_argument(
        "--queues",
        type=names,
        default="default",
        metavar="A,B",
        help="in this order of importance; default",
    )
    _log(verb)


def _children(verb: argparse.ArgumentParser) -> None:
    for name, default, help in (
        ("--max-workers", 1, "living children; 1"),
        ("--min-spare-workers", 1, "idle children kept ready; 1"),
        (
            "--max-spare-workers",
            None,
            "idle children above which some are retired; --max-workers",
        ),
    ):
        _tune(verb, name, count, default, help)
    verb.add_argument(
        "--cool-down",
        type=seconds,
        default=COOL_DOWN,
        metavar="SECONDS",
        help=f"idle time before a child can be retired; {COOL_DOWN:g}",
    )


def _wear(verb: argparse.ArgumentParser) -> None:
    for name, type, metavar, help in (
        ("--max-jobs", count, "N", "a child leaves after so many jobs"),
        ("--max-age", seconds, "SECONDS", "a child leaves after so long"),
        ("--max-memory", megabytes, "MB", "a child leaves with so much memory"),
    ):
        verb.add_argument(
            name,
            type=type,
            default=0,
            metavar=metavar,
            help=f"{help}, or up to a tenth less; never",
        )


def _rhythm(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--prune-days",
        type=seconds,
        default=0.0,
        metavar="DAYS",
        help="delete jobs that failed so long ago; never",
    )
    verb.add_argument(
        "--stop-timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="for running jobs to finish after TERM; 60",
    )
    for name, default, help in (
        ("--work-delay", 1.0, "between polls of an idle queue; 1"),
        (
            "--retry-seconds",
            30.0,
            "of several databases, before one that could not be worked on is tried again; 30",
        ),
    ):
        _tune(verb, name, seconds, default, help)


def _tune(
    verb: argparse.ArgumentParser,
    name: str,
    type: Callable[[str], float],
    default: float | None,
    help: str,
) -> None:
    """Add an option that Qudo has too."""
    verb.add_argument(
        name,
        f"--{name[2:].replace('-', '_')}",
        type=type,
        default=default,
        metavar="N" if type is count else "SECONDS",
        help=help,
    )


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
