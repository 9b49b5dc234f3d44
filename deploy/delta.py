"""Which files of a tree a host cannot take from the release that it has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from deploy.repository import answer, names
from deploy.tree import Tree

#: more than these are not worth a list
MOST = 2000


def touched(
    tree: Tree, before: str, linked: Iterable[PurePosixPath]
) -> tuple[str, ...] | None:
    """Name what differs from revision *before*, and what *linked* paths hide in its release.

    None where the whole tree has to be sent: the revision is unknown here, too much differs, or
    the attributes do, by which a file may become another one without having changed.
    """
    where = tree.revision.repository
    if answer(where, "cat-file", "-t", before) != "commit" or _by_commit(tree):
        return None
    words = ["diff-tree", "-r", "--no-renames", "--name-only", "-z"]
    changed = names(where, *words, before, tree.revision.commit)
    if any(PurePosixPath(each).name == ".gitattributes" for each in changed):
        return None
    inside = {each for each in changed if tree.path in PurePosixPath(each).parents}
    found = inside | set(_hidden(tree, tuple(linked)))
    return tuple(sorted(found)) if len(found) <= MOST else None


def _by_commit(tree: Tree) -> bool:
    """Say whether some files have their commit's name in them."""
    if not tree.attributes:
        return False
    revision, attributes = tree.revision, ["--", ":(glob)**/.gitattributes"]
    words = ["grep", "-l", "export-subst", revision.commit, *attributes]
    return bool(answer(revision.repository, *words))


def _hidden(tree: Tree, linked: tuple[PurePosixPath, ...]) -> Iterable[str]:
    below = tuple(str(tree.path / each) for each in linked)
    for name in tree.names if below else ():
        if any(name == each or name.startswith(f"{each}/") for each in below):
            yield name
