"""What a word of the command line has to be: argparse's types, with sentences; and the option of several verbs."""

from __future__ import annotations

import argparse

#: seconds
DAY = 86400.0
#: a count that every database takes
MOST = 2**31 - 1


def count(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def count_or_none(text: str) -> int:
    return 0 if text == "0" else count(text)


def id_(text: str) -> int:
    if not (text.isdecimal() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of a job")
    return int(text)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def megabytes(text: str) -> float:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of megabytes")
    return float(text)


def names(text: str) -> list[str]:
    """Read the names of queues between commas."""
    return [name.strip() for name in text.split(",") if name.strip()] or ["default"]


def hooks(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--hook",
        action="append",
        default=[],
        metavar="MODULE:NAME",
        help="around every job; several: the first is the outermost",
    )
