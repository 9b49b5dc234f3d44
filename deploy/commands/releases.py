"""Make, complete, switch and remove release directories."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from deploy.commands import supervise
from deploy.facts import HostFacts
from deploy.paths import Paths
from deploy.release import Manifest, Release
from deploy.shell import Command, command, let


def sweep(paths: Paths) -> Command:
    """Remove what a deploy that was cut off has left; only who has the lock may."""
    return command("sweep", paths.releases, paths.current, uses="releases")


def abandon_on_failure(paths: Paths, release: Release) -> Command:
    """Remove the new release if the script ends before its manifest stands in it."""
    return command("abandon_on_failure", paths.release(release), uses="releases")


def add_start(paths: Paths, release: Release, text: str) -> Command:
    return command("add_start", paths.release(release), text, uses="releases")


def complete(paths: Paths, manifest: Manifest) -> Command:
    """Write the manifest, last: from now on the release is complete."""
    made = paths.release(manifest.release)
    return command("complete", made, _begun(manifest, "ready"), uses="releases")


def mark(paths: Paths, manifest: Manifest, state: str) -> Command:
    """Write in the release's manifest what became of it."""
    made = paths.release(manifest.release)
    return command("write_manifest", made, _begun(manifest, state), uses="releases")


def go_live(paths: Paths, new: Manifest, before: HostFacts) -> Command:
    """Switch, restart and verify; the host goes back by itself if the service does not come up."""
    return _publishing(paths, new, before, "go_live")


def revert(paths: Paths, new: Manifest, before: HostFacts) -> Command:
    """Go back to what was before, unless the host has done so already."""
    return _publishing(paths, new, before, "revert")


def switch_only(paths: Paths, new: Manifest, before: HostFacts) -> Command:
    return _publishing(paths, new, before, "switch_only")


def switch_back(paths: Paths, new: Manifest, before: HostFacts) -> Command:
    return _publishing(paths, new, before, "switch_back")


def prune(paths: Paths, releases: Iterable[Release]) -> Command:
    places = (paths.releases, paths.current, paths.running)
    return command("prune", *places, *releases, uses="releases")


def _publishing(paths: Paths, new: Manifest, before: HostFacts, verb: str) -> Command:
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
        history=paths.history,
        entry=_begun(new, ""),
        revisions_log=paths.revisions_log,
        revisions_line=_revisions_line(new),
    )
    return Command(
        f"{values.text}\n{verb}",
        frozenset({"publish", "confirm", "releases", "supervise"}),
    )


def _begun(manifest: Manifest, state: str) -> str:
    """Begin a JSON object that the host ends with its own time."""
    known = asdict(replace(manifest, state=state, at=""))
    return json.dumps({k: v for k, v in known.items() if v})[:-1]


def _revisions_line(new: Manifest) -> str:
    return (
        f"Branch {new.branch} (at {new.revision}) deployed as release {new.release} "
        f"by {new.operator}"
    )
