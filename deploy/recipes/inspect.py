"""Look and tell: status, releases, check. Nothing here changes a host."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timezone

from deploy import faults
from deploy.errors import Refused
from deploy.facts import HostFacts
from deploy.recipes.target import Target, refuse


def status(target: Target, as_json: bool = False) -> None:
    """Tell what runs on every host; raises Refused if anything is not up, or hosts differ."""
    facts = target.look()
    if as_json:
        target.output.say(json.dumps(_as_data(target, facts), ensure_ascii=False))
    else:
        rows = [_row(host, each) for host, each in facts.items()]
        target.output.table(target.service.name, _COLUMNS, rows)
    for host, each in facts.items():
        if each.hold:
            target.output.warn(f"{host}: held by {each.hold}")
    wrong = [*_not_up(facts), *_drift(facts)]
    if wrong:
        raise Refused("\n".join(wrong))


def releases(target: Target) -> None:
    """Tell which releases each host has."""
    for host, facts in target.look().items():
        rows = [
            (
                "→" if each.release == facts.current else "",
                each.release,
                each.state,
                each.branch,
                each.operator,
            )
            for each in sorted(facts.manifests, key=lambda one: one.release)
        ]
        columns = ("", "release", "state", "branch", "operator")
        target.output.table(f"{target.service.name} on {host}", columns, rows)


def check(target: Target) -> None:
    """Tell what would go wrong, on all hosts at once; raises Refused with all of it."""
    now = time.time()
    facts = target.look()
    refuse(facts, lambda each: faults.in_check(target.service, each, 0, now))
    target.output.done(
        f"{target.service.name}: nothing stands in the way on {', '.join(facts)}"
    )


_COLUMNS = ("host", "release", "revision", "state", "since", "service", "log", "pid")


def _row(host: str, facts: HostFacts) -> tuple[str, ...]:
    live, service = facts.live, facts.service
    return (
        host,
        facts.current or "none",
        live.revision[:7] if live else "",
        live.state if live else "",
        _since(facts),
        service.word,
        facts.log.word,
        str(service.pid or ""),
    )


def _since(facts: HostFacts) -> str:
    if not facts.service.answers or not facts.service.started:
        return ""
    at = datetime.fromtimestamp(facts.service.started, timezone.utc)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC ({_span(facts.clock - facts.service.started)})"


def _span(seconds: int) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _not_up(facts: Mapping[str, HostFacts]) -> list[str]:
    wrong = []
    for host, each in facts.items():
        if not each.service.healthy:
            wrong.append(f"{host}: the service is {each.service.word}")
        elif each.service.release != each.current:
            wrong.append(
                f"{host}: what runs is {each.service.release or 'of an unknown release'}, "
                f"and current is {each.current}"
            )
        if not each.log.healthy:
            wrong.append(f"{host}: the log service is {each.log.word}")
    return wrong


def _drift(facts: Mapping[str, HostFacts]) -> list[str]:
    revisions = {
        host: each.live.revision[:7] if each.live else "none"
        for host, each in facts.items()
    }
    if len(set(revisions.values())) <= 1:
        return []
    told = ", ".join(f"{host} has {each}" for host, each in revisions.items())
    return [f"the hosts differ: {told}"]


def _as_data(target: Target, facts: Mapping[str, HostFacts]) -> dict[str, object]:
    return {
        "service": target.service.name,
        "hosts": {
            host: {
                "release": each.current,
                "revision": each.live.revision if each.live else None,
                "state": each.live.state if each.live else None,
                "service": each.service.word,
                "log": each.log.word,
                "pid": each.service.pid or None,
                "started": each.service.started or None,
                "hold": each.hold or None,
                "running_release": each.service.release or None,
            }
            for host, each in facts.items()
        },
    }
