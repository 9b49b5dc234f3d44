"""Bring the tree of one commit to a host."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.release import Release
from deploy.shell import Command, command


def unpack(paths: Paths, release: Release, size: int, sha256: str) -> Command:
    """Fill the new release from the archive of *size* bytes on standard input, and check it."""
    above = len(paths.service.repo_tree.parts)
    place = paths.release(release)
    return command("unpack", place, size, sha256, above, uses="releases")
