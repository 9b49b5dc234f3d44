"""Which promises a round broke, by what its hosts showed before and after it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from siege import ends, promises
from siege.scene import TRANSACTIONS
from siege.trees import Tree
from siege.view import View, Views

#: the attacks after which a deploy cannot be called done
HOPELESS = (
    "break the build",
    "break a hook",
    "refuse",
    "silent from the start",
    "no log",
    "strange key",
    "release flaps",
    "release is sick",
    "release dies late",
)


@dataclass(frozen=True)
class Seen:
    """What hosts showed before a task and after it."""

    task: str
    before: Views
    after: Views
    #: the commit, or for a rollback the release, that was asked for
    wanted: str


@dataclass(frozen=True)
class Run:
    """A task as it went."""

    seen: Seen
    #: what was done to it; empty if nothing was
    attack: str
    #: None if it was killed
    status: int | None
    said: str


def violations(run: Run, tree: Callable[[str], Tree]) -> Iterator[str]:
    """Name each promise that does not hold; *tree* tells what a commit holds."""
    seen = run.seen
    if "Traceback" in run.said or run.status not in (None, 0, 2, 3, 4, 5):
        yield f"fab ended with {run.status} and said:\n{run.said}"
    # a sync does nothing on hosts that have it already
    everywhere = seen.task in TRANSACTIONS and seen.task != "sync"
    if run.status == 0 and run.attack in HOPELESS and everywhere:
        yield f"called done in spite of: {run.attack}"
    for (service, host), after in seen.after.items():
        before = seen.before[service, host]
        found = [
            *promises.broken(_without(before, after), tree),
            *_by_status(run, host, before, after),
        ]
        yield from (f"{service} on {host}: {each}" for each in found)
    if run.status == 0 and seen.task in TRANSACTIONS:
        yield from _one_for_all(seen.after)


def _without(before: View, after: View) -> View:
    """Leave out under which processes something was removed before, as by a purge that got the host ready."""
    new = (each for each in after.gone if each not in before.gone)
    return replace(after, gone=tuple(new))


def _by_status(run: Run, host: str, before: View, after: View) -> Iterator[str]:
    task, wanted = run.seen.task, run.seen.wanted
    if task == "dry" or run.status == 2 or host in _skipped(run):
        yield from ends.nothing_changed(before, after)
    elif run.status in (0, 5):
        yield from ends.DONE.get(task, ends.lives)(wanted, before, after)
    elif task in TRANSACTIONS:
        if run.status is None or (run.status == 4 and host in _named(run.said)):
            yield from ends.either(wanted, before, after)
        else:
            yield from ends.as_before(before, after)


def _named(said: str) -> set[str]:
    """Name the hosts that exit status 4 speaks of."""
    found = re.findall(r"NOT undone on ([^:]*):", said)
    found += re.findall(r"is NOT undone; (.*?) may be", said)
    return set(re.split(r"[,\s]+", " ".join(found)))


def _skipped(run: Run) -> list[str]:
    """Name the hosts that exit status 5 speaks of."""
    pattern = r"not done on all hosts: (.*?) could not be reached and was skipped"
    found = re.search(pattern, run.said) if run.status == 5 else None
    return found[1].split(", ") if found else []


def _one_for_all(after: Views) -> Iterator[str]:
    for service in {service for service, _ in after}:
        found = {v.revision for (name, _), v in after.items() if name == service}
        if len(found) > 1:
            yield f"D6: {service} is of several revisions: {sorted(found)}"


def of_rivals(first: int | None, second: int | None, after: Views) -> Iterator[str]:
    """D5: of two deploys at once each is done or refused, and one of them is what is live."""
    if {first, second} not in ({0}, {0, 2}):
        yield f"D5: two deploys at once ended with {first} and {second}"
    yield from _one_for_all(after)
    for (service, host), view in after.items():
        if not view.service.up or view.service.release != view.release:
            yield f"D10: {service} on {host} runs {view.service}"
