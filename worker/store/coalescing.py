"""Which jobs are grabbed along with others, since one attempt is to do them together; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.store.base import Ask, Grabbed

Group = tuple[str, str, str]


def heads(ask: Ask, chosen: Sequence[Grabbed]) -> list[Grabbed]:
    """Give the first chosen job of each group whose handler does jobs together."""
    first: dict[Group, Grabbed] = {}
    for job in chosen:
        if job.handler in ask.together and job.coalesce is not None:
            first.setdefault((job.queue, job.handler, job.coalesce), job)
    return list(first.values())


def gathered(
    ask: Ask, chosen: Sequence[Grabbed], mates: Mapping[int, Sequence[Grabbed]]
) -> list[Grabbed]:
    """Put the jobs of a group side by side, each with its *mates* (by the head's id) as far as the handler wants."""
    groups: dict[object, list[Grabbed]] = {}
    for job in chosen:
        alone = job.handler not in ask.together or job.coalesce is None
        key = job.id if alone else (job.queue, job.handler, job.coalesce)
        own = job._replace(coalesce=None) if alone else job
        groups.setdefault(key, []).append(own)
    for group in groups.values():
        known = {each.id for each in group}
        more = [each for each in mates.get(group[0].id, ()) if each.id not in known]
        most = ask.together.get(group[0].handler, 1)
        group += more[: max(0, most - len(group))]
    return [job for group in groups.values() for job in group]
