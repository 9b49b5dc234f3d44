"""Make, complete, switch and remove release directories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from deploy.commands import supervise
from deploy.facts import HostFacts
from deploy.paths import Paths
from deploy.release import Manifest, Release
from deploy.shell import Command, command, let, together

#: what the history is told besides the manifest: service, host, task, seconds of the phases before
Noted = Mapping[str, Any]
NOTHING: Noted = MappingProxyType({})


def sweep(paths: Paths) -> Command:
    """Remove what a deploy that was cut off has left; only who has the lock may."""
    return command("sweep", paths.releases, paths.current, uses="releases")


def abandon_on_failure(paths: Paths, new: Manifest, noted: Noted = NOTHING) -> Command:
    """Remove the new release if the script ends before its manifest stands in it, and note why."""
    made = command("abandon_on_failure", paths.release(new.release))
    uses = frozenset({"releases", "history"})
    return Command(f"{_history(paths, new, noted).text}\n{made.text}", uses)


def note_undone(paths: Paths, new: Manifest, noted: Noted, why: str) -> Command:
    """Note that a release was given up before anything was switched."""
    values = together(_history(paths, new, noted), let(why=why))
    return Command(f"{values.text}\nnote undone", frozenset({"history"}))


def add_start(paths: Paths, release: Release, text: str) -> Command:
    return command("add_start", paths.release(release), text, uses="releases")


def add_keeper(paths: Paths, release: Release, program: str) -> Command:
    """Add what keeps the sockets of `listen` open, and what it is told."""
    service = paths.service
    told = json.dumps({"listen": service.listen, "settle": service.settle})
    place = paths.release(release)
    return command("add_keeper", place, program, told, uses="releases")


def complete(paths: Paths, manifest: Manifest) -> Command:
    """Write the manifest, last: from now on the release is complete."""
    made = paths.release(manifest.release)
    return command("complete", made, _begun(manifest, "ready"), uses="releases")


def mark(paths: Paths, manifest: Manifest, state: str) -> Command:
    """Write in the release's manifest what became of it."""
    made = paths.release(manifest.release)
    return command("write_manifest", made, _begun(manifest, state), uses="releases")


def go_live(
    paths: Paths, new: Manifest, before: HostFacts, noted: Noted = NOTHING
) -> Command:
    """Switch, restart and verify; the host goes back by itself if the service does not come up."""
    return together(_publishing(paths, new, before, noted), _verb(paths, "go_live"))


def revert(
    paths: Paths, new: Manifest, before: HostFacts, noted: Noted = NOTHING
) -> Command:
    """Go back to what was before, unless the host has done so already."""
    return together(_publishing(paths, new, before, noted), _verb(paths, "revert"))


def switch_only(
    paths: Paths, new: Manifest, before: HostFacts, noted: Noted = NOTHING
) -> Command:
    return together(_publishing(paths, new, before, noted), _verb(paths, "switch_only"))


def switch_back(
    paths: Paths, new: Manifest, before: HostFacts, noted: Noted = NOTHING
) -> Command:
    return together(_publishing(paths, new, before, noted), _verb(paths, "switch_back"))


def prune(paths: Paths, releases: Iterable[Release]) -> Command:
    places = (paths.releases, paths.current, paths.running)
    return command("prune", *places, *releases, uses="releases")


def _verb(paths: Paths, name: str) -> Command:
    uses = {"publish", "confirm", "handover", "history", "releases"}
    return Command(name, paths.service.supervised_by.libraries | uses)


def _publishing(
    paths: Paths, new: Manifest, before: HostFacts, noted: Noted
) -> Command:
    values = let(
        release=new.release,
        previous=before.current or "",
        was="up" if before.service.up else "down",
        deploy_to=paths.deploy_to,
        current=paths.current,
        releases=paths.releases,
        service=paths.service_directory,
        settle=paths.service.settle,
        stop_timeout=round(paths.service.stop_timeout),
        confirm_timeout=round(paths.service.confirm_timeout),
        health=supervise.health_check(paths),
        verified=_begun(new, "verified"),
        failed=_begun(new, "failed"),
    )
    back = let(
        revisions_log=paths.revisions_log,
        revisions_line=_revisions_line(new, noted),
        back_line=f"{new.operator} rolled back to release {before.current or 'none'}",
    )
    return together(values, _history(paths, new, noted), back)


def _history(paths: Paths, new: Manifest, noted: Noted) -> Command:
    """Set what a line of the history begins with: all but the outcome."""
    known = {**json.loads(_begun(new, "") + "}"), **noted}
    phases = known.pop("phases", {})
    return let(
        history=paths.history,
        entry=json.dumps(known)[:-1],
        phases=json.dumps(phases)[1:-1],
    )


def _begun(manifest: Manifest, state: str) -> str:
    """Begin a JSON object that the host ends with its own time."""
    known = asdict(replace(manifest, state=state, at=""))
    return json.dumps({k: v for k, v in known.items() if v})[:-1]


def _revisions_line(new: Manifest, noted: Noted) -> str:
    if noted.get("task") == "rollback":
        return f"{new.operator} rolled back to release {new.release}"
    return (
        f"Branch {new.branch} (at {new.revision}) deployed as release {new.release} "
        f"by {new.operator}"
    )
