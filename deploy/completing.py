"""What a shell completes a line of fab with: tasks and flags by fab itself; hosts, releases and settings by us."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from deploy import settings

#: options whose value we know
KNOWN = {
    "-H": "hosts",
    "--hosts": "hosts",
    "--like": "hosts",
    "--release": "releases",
    "-o": "settings",
    "--option": "settings",
}
#: fab's own options whose value is none of ours
STRANGE = re.compile(
    r"-[cDfFirStT]|--(collection|list-depth|config|list-format|identity|search-root|ssh-config|(connect|command)-timeout)"
)
#: the task of a service
TASK = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*)\.[a-z.]+")
#: seconds that fab may take, hosts that are asked for their releases included
PATIENCE = 60


@dataclass(frozen=True)
class Asked:
    """What stands before the cursor: the words, and the one that is to be completed."""

    words: tuple[str, ...]
    word: str

    @property
    def kind(self) -> str:
        """What the word is, as far as we know: tasks are fab's business, as is the rest."""
        return KNOWN.get(self.words[-1], "tasks") if self.words else "tasks"

    def task(self) -> int | None:
        """Find the last word that is the task of a service."""
        for number in reversed(range(len(self.words))):
            before = self.words[number - 1] if number else ""
            given = before in KNOWN or STRANGE.fullmatch(before)
            if TASK.fullmatch(self.words[number]) and not given:
                return number
        return None


def candidates(line: str, typed: int) -> list[str]:
    """List what the end of *line* can become.

    The shell takes the last *typed* characters for the word: bash begins a new one behind each `@`, `:` and `=`.
    """
    asked = read(line)
    # of several hosts with commas between, the last
    behind = asked.word.rpartition(",")[2] if asked.kind == "hosts" else asked.word
    before = asked.word[: len(asked.word) - len(behind)]
    given = max(len(asked.word) - typed, 0)
    found = [each for each in _all(asked) if each.startswith(behind)]
    return [f"{before}{each}"[given:] for each in found]


def read(line: str) -> Asked:
    """Cut a line that may end anywhere; its first word is fab."""
    try:
        words = shlex.split(line)
    except ValueError:  # a quote that is still open
        words = line.split()
    if not line or line[-1].isspace():
        words.append("")
    return Asked(tuple(words[1:-1]), words[-1])


def _all(asked: Asked) -> Iterable[str]:
    if asked.kind == "hosts":
        return dict.fromkeys(_hosts(asked))
    if asked.kind == "releases":
        return _releases(asked)
    if asked.kind == "settings":
        return [f"{each}=" for each in settings.names() if each not in ("name", "env")]
    # Invoke 2.2 takes `--` for the end of all flags
    flag = ["--?"] if asked.word.startswith("--") else ["-"]
    some = flag if asked.word.startswith("-") else []
    return _fab("--complete", "--", *asked.words, *some)


def _hosts(asked: Asked) -> Iterable[str]:
    number = asked.task()
    if number is None:
        # -H stands before the task: the hosts of every service
        own, services = list(asked.words[:-1]), _services()
    else:
        own = list(asked.words[:number])
        services = [asked.words[number].partition(".")[0]]
    tasks = [word for each in services for word in (f"{each}.settings", "--json")]
    for told in _fab(*own, *tasks) if tasks else ():
        hosts = json.loads(told)["hosts"]["value"]
        # a question to the operator is no list
        for each in hosts if isinstance(hosts, list) else ():
            yield each["name"] if isinstance(each, dict) else each


def _services() -> list[str]:
    tasks = _fab("--complete", "--")
    return [each[: -len(".settings")] for each in tasks if each.endswith(".settings")]


def _releases(asked: Asked) -> list[str]:
    """Ask the hosts which releases they could go back to; the newest first."""
    number = asked.task()
    if number is None:
        return []
    service = asked.words[number].partition(".")[0]
    told = _fab(*asked.words[:number], f"{service}.releases", "--json")
    hosts: dict[str, Any] = json.loads(told[0])["hosts"] if told else {}
    known = {
        each["release"]
        for releases in hosts.values()
        for each in releases
        if each["state"] == "verified" and not each["current"]
    }
    return sorted(known, reverse=True)


def _fab(*words: str) -> Sequence[str]:
    """Run fab and give the lines that it says; none if it cannot say them."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "fabric", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return []
    return done.stdout.splitlines() if done.returncode in (0, 2) else []
