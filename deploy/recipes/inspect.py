"""Look and tell: releases and check. Nothing here changes a host."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from deploy import findings
from deploy.errors import DeployError, Refused
from deploy.facts import HostFacts
from deploy.recipes import asking
from deploy.recipes.target import Target, refuse
from deploy.release import Manifest
from deploy.repository import Wanted
from deploy.shell import Command, Script, Step


def releases(target: Target, as_json: bool = False) -> None:
    """Tell which releases each host has; raises Refused with the hosts that cannot be asked."""
    results = target.glance()
    if as_json:
        told = {host: list(_listed(facts)) for host, facts in results.ok.items()}
        data = {"service": target.service.name, "hosts": told}
        target.output.answer(json.dumps(data, ensure_ascii=False))
    else:
        for host, facts in results.ok.items():
            _draw(target, host, facts)
    refuse({}, lambda _: (), results.failed.values())


def check(target: Target, wanted: Wanted) -> None:
    """Tell what would go wrong, here and on all hosts at once; raises Refused with all of it."""
    size, without_tree = _size(target, wanted)
    now = time.time()
    results = target.glance(closely=True)
    unable = [
        *without_tree,
        *results.failed.values(),
        *_without_root(target, results.ok),
    ]
    refuse(
        results.ok,
        lambda each: findings.in_check(target.service, each, size, now),
        unable,
    )
    target.output.done(
        f"{target.service.name}: nothing stands in the way on {', '.join(results.ok)}"
    )


def _size(target: Target, wanted: Wanted) -> tuple[int, Iterable[DeployError]]:
    """Measure what a deploy would bring, or tell why it could not."""
    try:
        return asking.found(target, wanted).size, ()
    except Refused as error:
        return 0, (error,)


def _without_root(
    target: Target, facts: Mapping[str, HostFacts]
) -> Iterable[DeployError]:
    """Name the hosts where setup has work and may not do it."""
    if not target.service.use_sudo:
        return ()
    waiting = [host for host, each in facts.items() if findings.needs_setup(each)]
    nothing = Script((Step("", Command(":")),))
    results = target.only(waiting).fleet.each(
        lambda remote: remote.run(nothing, as_root=True)
    )
    return results.failed.values()


def _draw(target: Target, host: str, facts: HostFacts) -> None:
    columns = ("", "release", "state", "branch", "operator", "since")
    rows = [
        (
            "→" if each.release == facts.current else "",
            each.release,
            each.state,
            each.branch,
            each.operator,
            each.at,
        )
        for each in _in_order(facts)
    ]
    target.output.table(f"{target.service.name} on {host}", columns, rows)


def _listed(facts: HostFacts) -> Iterator[dict[str, object]]:
    for each in _in_order(facts):
        yield {**asdict(each), "current": each.release == facts.current}


def _in_order(facts: HostFacts) -> list[Manifest]:
    return sorted(facts.manifests, key=lambda each: each.release)
