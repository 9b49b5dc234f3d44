"""Bring the tree of one commit to a host."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.release import Manifest, Release
from deploy.shell import Command, command, let, together
from deploy.tree import Tree


def unpack(paths: Paths, release: Release) -> Command:
    """Make the new release of the archive that is the rest of standard input."""
    return _unpacking("unpack", paths, release)


def unpack_changes(paths: Paths, release: Release) -> Command:
    """Do the same with what a release that is begun does not have yet."""
    return _unpacking("unpack_into", paths, release)


def _unpacking(verb: str, paths: Paths, release: Release) -> Command:
    above = len(paths.service.repo_tree.parts)
    return command(verb, paths.release(release), above, uses="releases")


def link_unchanged(
    paths: Paths, release: Release, before: Manifest, size: int
) -> Command:
    """Begin the new release with links to the one before, but for what *size* bytes on standard input name."""
    made, old = paths.release(release), paths.release(before.release)
    return command("link_unchanged", made, old, before.revision, size, uses="links")


def note_tree(paths: Paths, release: Release) -> Command:
    """Make the files of the commit read-only, and note how they are, for links of later releases."""
    return command("note_tree", paths.release(release), uses="links")


def note_changes(paths: Paths, release: Release) -> Command:
    """Do the same for the files that were unpacked into the release beside its links."""
    return command("note_changes", paths.release(release), uses="links")


def check_out(paths: Paths, release: Release, tree: Tree) -> Command:
    """Have the host fetch the tree's commit into its mirror, and fill the new release from there."""
    service = paths.service
    values = let(
        made=paths.release(release),
        mirror=paths.mirror,
        url=service.repository,
        commit=tree.revision.commit,
        depth=service.git_shallow_clone,
        tree=tree.path,
        submodules="yes" if tree.submodules else "",
        lfs="yes" if tree.lfs else "",
    )
    return together(values, Command("make_tree", frozenset({"source"})))
