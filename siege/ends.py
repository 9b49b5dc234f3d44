"""What has to be so on a host after a task, by how it ended. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from siege.view import View


def nothing_changed(before: View, after: View) -> Iterator[str]:
    """D11, and exit status 2."""
    if before.current != after.current:
        yield f"D4: current was {before.current}, is {after.current}, and nothing was to change"
    if before.service != after.service:
        yield f"D4: {before.service} was replaced by {after.service}, and nothing was to change"
    if before.manifests != after.manifests:
        changed = {*before.manifests} ^ {*after.manifests}
        yield f"D4: manifests changed, and nothing was to change: {sorted(changed)}"


def as_before(before: View, after: View) -> Iterator[str]:
    """D4: undone means the release of before, and a process of it."""
    if before.current != after.current:
        yield f"D4: undone, and current is {after.current} in place of {before.current}"
    if before.service.up != after.service.up:
        yield f"D4: undone, and the service was {before.service} and is {after.service}"
    elif before.service.release != after.service.release:
        yield f"D4: undone, and {after.service.release} runs in place of {before.service.release}"


def either(wanted: str, before: View, after: View) -> Iterator[str]:
    """A host that was left alone is on one release, whole: the old one or the new."""
    if before.current == after.current:
        yield from as_before(before, after)
        return
    if wanted not in (after.revision, after.release):
        yield f"D2: current is {after.current}, neither the release of before nor {wanted}"
    if not after.service.up or after.service.release != after.release:
        yield f"D10: current is {after.release}, and what runs is {after.service}"


def lives(wanted: str, before: View, after: View) -> Iterator[str]:
    """D2, D6, D10: what was asked for is live, by a new process that is up, with its log."""
    if wanted not in (after.revision, after.release):
        yield f"D2: done, and current is {after.current} of {after.revision[:7]}, not {wanted[:15]}"
    if after.state(after.release) != "verified":
        yield f"D10: done, and {after.release} is {after.state(after.release)}"
    if after.unfinished:
        yield f"D2: done, and unfinished releases are left: {after.unfinished}"
    yield from _runs(before, after)


def _runs(before: View, after: View) -> Iterator[str]:
    if not after.service.up or after.service.release != after.release:
        yield f"D10: done, and what runs is {after.service}"
    if before.current != after.current and before.service.start == after.service.start:
        yield f"D10: done, and nothing was restarted: {after.service}"
    if not after.log.up:
        yield "D10: done, and its log service is down"


def _switched(wanted: str, before: View, after: View) -> Iterator[str]:
    if after.revision != wanted:
        yield f"D2: done, and current is of {after.revision[:7]}, not {wanted[:7]}"
    if before.service != after.service:
        yield f"D10: an update restarted the service: {after.service}"


def _restarted(wanted: str, before: View, after: View) -> Iterator[str]:
    del wanted
    if before.current != after.current:
        yield "D10: a restart switched"
    if before.service.start == after.service.start or not after.service.up:
        yield f"D10: done, and nothing was restarted: {after.service}"


def _set_up(wanted: str, before: View, after: View) -> Iterator[str]:
    del wanted, before
    if not after.current:
        yield "D2: set up, and there is no release"


def _nothing_left(wanted: str, before: View, after: View) -> Iterator[str]:
    del wanted, before
    if after.service.up or after.log.up:
        yield f"removed, and it runs: {after.service}"


def _the_same(wanted: str, before: View, after: View) -> Iterator[str]:
    """D12: a deploy of what is live changes nothing."""
    del wanted
    yield from nothing_changed(before, after)


DONE = {
    "twice": _the_same,
    "update": _switched,
    "restart": _restarted,
    "setup": _set_up,
    "remove": _nothing_left,
}
