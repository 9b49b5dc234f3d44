"""One commit's tree as one archive, made once on the operator's machine for all hosts."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from deploy.errors import Refused
from deploy.repository import Revision, answer, git

_BLOCK = 1 << 15
WHOLE = PurePosixPath()


@dataclass(frozen=True)
class Archive:
    """The tree of one commit as a tar.gz, the same bytes whenever and wherever it is made."""

    path: Path
    size: int
    sha256: str
    unpacked: int

    def blocks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


@contextmanager
def archived(revision: Revision, tree: PurePosixPath = WHOLE) -> Iterator[Archive]:
    """Archive the revision's *tree* for as long as the block runs; the names in it begin with the tree's."""
    _refuse_no_tree(revision, tree)
    _refuse_what_an_archive_lacks(revision, tree)
    with TemporaryDirectory(prefix="forklift-") as folder:
        yield _archive(revision, tree, Path(folder) / "tree.tar.gz")


def _archive(revision: Revision, tree: PurePosixPath, path: Path) -> Archive:
    unpacked = 0
    with (
        _tar(revision, tree) as process,
        path.open("wb") as file,
        gzip.GzipFile("", "wb", 1, file, mtime=0) as packed,
    ):
        while block := process.stdout.read(_BLOCK):  # type: ignore[union-attr] # it is a pipe
            unpacked += packed.write(block)
    if process.returncode != 0:
        raise Refused(f"git could not archive {revision.commit} (its words are above)")
    return Archive(path, path.stat().st_size, _sum(path), unpacked)


def _tar(revision: Revision, tree: PurePosixPath) -> subprocess.Popen[bytes]:
    """Begin the archive; what the operator set up for git's work trees does not change it."""
    settings = ["core.autocrlf=false", "core.eol=lf", "tar.umask=0002"]
    options = [word for each in settings for word in ("-c", each)]
    words = ["archive", "--format=tar", revision.commit, *_limit(tree)]
    return subprocess.Popen(
        [*git(revision.repository), *options, "--literal-pathspecs", *words],
        stdout=subprocess.PIPE,
    )


def _limit(tree: PurePosixPath) -> list[str]:
    return [] if tree == WHOLE else ["--", str(tree)]


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _refuse_no_tree(revision: Revision, tree: PurePosixPath) -> None:
    named = f"{revision.commit}:{'' if tree == WHOLE else tree}"
    if answer(revision.repository, "cat-file", "-t", named) != "tree":
        raise Refused(
            f"{revision.commit[:7]} has no directory {tree}; set repo_tree to one that it has"
        )


def _refuse_what_an_archive_lacks(revision: Revision, tree: PurePosixPath) -> None:
    listing = ["ls-tree", "-r", "--full-tree", revision.commit, *_limit(tree)]
    listed = answer(revision.repository, *listing)
    modules = [line for line in listed.splitlines() if line.startswith("160000 ")]
    if modules:
        raise Refused(
            f"{revision.commit[:7]} holds submodules ({modules[0].split(chr(9))[1]}), "
            "and deploy_via copy would leave them empty; commit their files instead"
        )
    attributes = ["--", ":(glob)**/.gitattributes"]
    if answer(
        revision.repository, "grep", "-l", "filter=lfs", revision.commit, *attributes
    ):
        raise Refused(
            f"{revision.commit[:7]} keeps files in Git LFS, and deploy_via copy would "
            "deploy their pointers; commit the files themselves"
        )
