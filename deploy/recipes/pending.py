"""Tell what a deploy would bring: the commits between what is live and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from deploy import history, repository
from deploy.recipes.target import Target
from deploy.repository import Revision, Wanted


def commits(target: Target, wanted: Wanted) -> None:
    revision = _revision(target, wanted)
    for live, who in _live(target):
        target.output.answer(f"{who}: {_begun(revision, live)}")
        for line in _lines(revision, live):
            target.output.answer(f"  {line}")


def diff(target: Target, wanted: Wanted) -> None:
    revision = _revision(target, wanted)
    for live, who in _live(target):
        target.output.answer(f"{who}: {_begun(revision, live)}")
        if live and history.knows(revision.repository, live):
            shown = history.diff(revision.repository, live, revision.commit)
            target.output.answer(shown.rstrip("\n"))


def _revision(target: Target, wanted: Wanted) -> Revision:
    branch = wanted.branch or target.service.branch
    return repository.resolve(target.service.repository, branch, wanted.project)


def _live(target: Target) -> Iterator[tuple[str, str]]:
    """Give each revision that is live, and the hosts that have it; an empty one where none is."""
    having: dict[str, list[str]] = {}
    for host, facts in target.look().items():
        revision = facts.live.revision if facts.live else ""
        having.setdefault(revision, []).append(host)
    for revision, hosts in having.items():
        yield revision, ", ".join(hosts)


def _begun(revision: Revision, live: str) -> str:
    wanted = f"{revision.branch} is {revision.commit[:7]} “{revision.subject}”"
    if not live:
        return f"no release is live; {wanted}"
    if live == revision.commit:
        return f"{live[:7]} is live, and nothing is pending: {wanted}"
    if not history.knows(revision.repository, live):
        return f"{live[:7]} is live, which this repository does not know; {wanted}"
    return f"{live[:7]} is live; {wanted}"


def _lines(revision: Revision, live: str) -> Iterator[str]:
    where = revision.repository
    if not live or not history.knows(where, live):
        return
    for line in history.commits(where, live, revision.commit):
        yield f"+ {line}"
    for line in history.commits(where, revision.commit, live):
        yield f"- {line}"
