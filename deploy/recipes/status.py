"""What runs where, and whether that is as it should be. Nothing here changes a host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

from deploy import faults
from deploy.errors import DeployError, Refused
from deploy.facts import HostFacts
from deploy.recipes.target import Target
from deploy.remote.fleet import Results
from deploy.settings import Service


def status(target: Target, as_json: bool = False) -> None:
    """Tell what runs on every host; raises Refused if anything is not up, or hosts differ."""
    seen = target.glance()
    drift = _drift(seen.ok)
    wrong = [*map(str, seen.failed.values()), *_not_up(target.service, seen.ok), *drift]
    if as_json:
        hosts = {host: _as_data(seen, host) for host in target.fleet.hosts}
        named = {"service": target.service.name, "hosts": hosts}
        data = {**named, "drift": drift, "wrong": wrong}
        target.output.answer(json.dumps(data, ensure_ascii=False))
    else:
        rows = [_row(host, seen.ok.get(host)) for host in target.fleet.hosts]
        target.output.table(target.service.name, _COLUMNS, rows)
    for host, each in seen.ok.items():
        for notice in _notable(target.service.name, each):
            target.output.warn(f"{host}: {notice}")
    if wrong:
        raise Refused("\n".join(wrong))


def _notable(service: str, facts: HostFacts) -> Iterator[str]:
    """Name what is not wrong, and should not be forgotten."""
    if facts.hold:
        yield f"held by {facts.hold}"
    if facts.unconfirmed:
        yield f"{facts.unconfirmed} waits to be confirmed, and goes back by itself if nobody does"
    if facts.maintenance:
        yield f"the maintenance page is up, until: fab {service}.maintenance.off"


_COLUMNS = ("host", "release", "revision", "state", "since", "service", "log", "pid")


def _row(host: str, facts: HostFacts | None) -> tuple[str, ...]:
    if facts is None:
        return (host, *[""] * 4, "unreachable", "", "")
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


def _not_up(service: Service, facts: Mapping[str, HostFacts]) -> list[str]:
    wrong = []
    for host, each in facts.items():
        wrong += [f"{host}: {why}" for why in faults.of_another(service, each)]
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


def _as_data(seen: Results[HostFacts], host: str) -> dict[str, object]:
    if host in seen.failed:
        return _unknown(seen.failed[host])
    facts = seen.ok[host]
    live, service, log = facts.live, facts.service, facts.log
    return {
        "release": facts.current,
        "revision": live.revision if live else None,
        "branch": live.branch if live else None,
        "state": live.state if live else None,
        "since": live.at if live else None,
        "service": service.word,
        "pid": service.pid or None,
        "started": service.started or None,
        "uptime": facts.clock - service.started if service.up else None,
        "running_release": service.release or None,
        "log": log.word,
        "log_pid": log.pid or None,
        "hold": facts.hold or None,
        "unconfirmed": facts.unconfirmed or None,
        "maintenance": facts.maintenance,
    }


def _unknown(error: DeployError) -> dict[str, object]:
    return {"service": "unreachable", "error": str(error)}
