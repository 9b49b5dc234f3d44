"""What a release is made of besides its commit: the settings that go into it, for each host."""

from __future__ import annotations

import hashlib

from deploy.paths import Paths
from deploy.recipes.target import Target


def made_of(target: Target) -> dict[str, str]:
    """Sum up each host's settings: with the same, a release of the same revision is the same."""
    return {host: _made_of(target, target.at(host)) for host in target.fleet.hosts}


def _made_of(target: Target, paths: Paths) -> str:
    service = paths.service
    parts: tuple[object, ...] = (
        target.templates.start(paths),
        (service.listen, service.listen and service.settle),
        service.build,
        str(service.repo_tree),
        sorted(map(str, service.linked_dirs)),
        sorted(map(str, service.linked_files)),
    )
    # without any, a release is what it was before there were some
    rendered = target.templates.files(paths)
    parts += (rendered,) if rendered else ()
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
