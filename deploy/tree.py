"""What the tree of one commit holds, as the operator's repository tells it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from deploy import repository
from deploy.errors import Refused
from deploy.repository import Revision, answer

WHOLE = PurePosixPath()
#: what forklift itself puts into a release
OWN = (".forklift", ".release.json")


@dataclass(frozen=True)
class Tree:
    """A directory of a commit; its names begin with its *path*."""

    revision: Revision
    path: PurePosixPath
    #: of all its files and links, seen from the repository's top
    names: tuple[str, ...]
    #: bytes of its files
    size: int
    submodules: tuple[str, ...]
    #: some of its files may have git's attributes
    attributes: bool
    #: some of its files may lie in Git LFS
    lfs: bool

    @property
    def limit(self) -> list[str]:
        """Give the words that keep git to it."""
        return [] if self.path == WHOLE else ["--", str(self.path)]

    @property
    def above(self) -> int:
        """Count the characters that its names begin with, and those of its releases do not."""
        return _above(self.path)


def look(revision: Revision, path: PurePosixPath = WHOLE) -> Tree:
    """Read what is there; raises Refused if there is no such directory, or it cannot be a release."""
    if path != WHOLE:
        _refuse_no_directory(revision, path)
    limit = [] if path == WHOLE else ["--", str(path)]
    words = ["ls-tree", "-r", "-l", "-z", "--full-tree", revision.commit, *limit]
    told = repository.names(revision.repository, "--literal-pathspecs", *words)
    entries = [each.partition("\t") for each in told]
    names = tuple(name for _, _, name in entries)
    _refuse_own_names(revision, path, names)
    sizes = (facts.rpartition(" ")[2] for facts, _, _ in entries)
    attributes = _has_attributes(path, names)
    return Tree(
        revision,
        path,
        names,
        size=sum(int(each) for each in sizes if each != "-"),
        submodules=tuple(n for facts, _, n in entries if facts.startswith("160000 ")),
        attributes=attributes,
        lfs=attributes and _in_lfs(revision),
    )


def refuse_what_no_archive_holds(tree: Tree) -> None:
    """Refuse what `git archive` leaves empty, or gives as a pointer."""
    _refuse_submodules(tree, "copy")
    _refuse_lfs_without_its_program(tree, "copy")


def _refuse_submodules(tree: Tree, via: str) -> None:
    if tree.submodules:
        raise Refused(
            f"{tree.revision.commit[:7]} holds submodules ({tree.submodules[0]}), and deploy_via "
            f"{via} would leave them empty; set deploy_via to git, or commit their files instead"
        )


def _refuse_lfs_without_its_program(tree: Tree, via: str) -> None:
    """Refuse what would be deployed as pointers: git asks git-lfs for the files."""
    if tree.lfs and not shutil.which("git-lfs"):
        raise Refused(
            f"{tree.revision.commit[:7]} keeps files in Git LFS, and deploy_via {via} would deploy "
            "their pointers; install git-lfs on this machine, or commit the files themselves"
        )


def _refuse_no_directory(revision: Revision, path: PurePosixPath) -> None:
    named = f"{revision.commit}:{path}"
    if answer(revision.repository, "cat-file", "-t", named) != "tree":
        raise Refused(
            f"{revision.commit[:7]} has no directory {path}; set repo_tree to one that it has"
        )


def _refuse_own_names(
    revision: Revision, path: PurePosixPath, names: tuple[str, ...]
) -> None:
    above = _above(path)
    for name in names:
        # no path is made of a name: that takes sixty times as long, and there may be many
        if name[above:].partition("/")[0] in OWN:
            raise Refused(
                f"{revision.commit[:7]} holds {name}, a name that belongs to forklift; give it another"
            )


def _above(path: PurePosixPath) -> int:
    return 0 if path == WHOLE else len(str(path)) + 1


def _has_attributes(path: PurePosixPath, names: Iterable[str]) -> bool:
    """Say whether anything may have git's attributes: those of a directory above count too."""
    return path != WHOLE or any(
        each.rpartition("/")[2] == ".gitattributes" for each in names
    )


def _in_lfs(revision: Revision) -> bool:
    attributes = ["--", ":(glob)**/.gitattributes"]
    words = ["grep", "-l", "filter=lfs", revision.commit, *attributes]
    return bool(answer(revision.repository, *words))
