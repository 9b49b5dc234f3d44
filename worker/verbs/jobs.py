"""What the verbs can be told that put jobs in, show them and change them."""

from __future__ import annotations

import argparse

from worker.store.admin import DONE, KEPT
from worker.store.statements import STATES
from worker.verbs.kinds import count, hooks, id_, seconds


def enqueue(verb: argparse.ArgumentParser) -> None:
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
    hooks(verb)


def listed(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--state", choices=(*STATES.values(), *KEPT, DONE), default="")
    verb.add_argument("--of", default="", metavar="QUEUE", help="of one queue only")
    verb.add_argument("--handler", default="", metavar="HANDLER")
    verb.add_argument("--limit", type=count, default=20, metavar="N", help="20")
    verb.add_argument("--json", action="store_true", help="a line of JSON for each")


def show(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("id", type=id_, metavar="ID")
    verb.add_argument("--json", action="store_true")


def some(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("ids", type=id_, nargs="*", metavar="ID")
    verb.add_argument(
        "--all",
        action="store_true",
        help="all jobs that are kept; fewer with the options below",
    )
    verb.add_argument("--state", choices=KEPT, default="")
    verb.add_argument("--of", default="", metavar="QUEUE")
    verb.add_argument("--handler", default="", metavar="HANDLER")


def name(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("name", metavar="QUEUE", help="a queue's name, such as default")


def prune(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--days", type=seconds, default=30.0, metavar="DAYS", help="30")
