"""One commit's tree as one archive, made once on the operator's machine for all hosts."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from deploy.errors import Refused
from deploy.repository import Revision, answer, git

_BLOCK = 1 << 15
#: bytes read at once to be sent: in blocks of 32 KiB, each a little more than a packet, every other packet is tiny
_SENT = 1 << 20
WHOLE = PurePosixPath()


@dataclass(frozen=True)
class Packed:
    """An archive's bytes and their sum, and the bytes of its files."""

    size: int
    sha256: str
    unpacked: int


@dataclass(frozen=True)
class Archive:
    """The tree of one commit as a tar.gz, the same bytes whenever and wherever it is made.

    It is made in a thread of its own: whoever asks it for anything waits for its end, or gets why there is none.
    """

    path: Path
    packed: Future[Packed]

    @property
    def size(self) -> int:
        return self.packed.result().size

    @property
    def sha256(self) -> str:
        return self.packed.result().sha256

    @property
    def unpacked(self) -> int:
        return self.packed.result().unpacked

    def blocks(self) -> Iterator[bytes]:
        self.packed.result()
        with self.path.open("rb") as file:
            while block := file.read(_SENT):
                yield block


@contextmanager
def archived(revision: Revision, tree: PurePosixPath = WHOLE) -> Iterator[Archive]:
    """Begin to archive the revision's *tree*, whose names begin with its own; the end of the block ends that."""
    _refuse_no_tree(revision, tree)
    _refuse_what_an_archive_lacks(revision, tree)
    with (
        TemporaryDirectory(prefix="forklift-") as folder,
        _tar(revision, tree) as process,
        ThreadPoolExecutor(1) as beside,
    ):
        path = Path(folder) / "tree.tar.gz"
        try:
            yield Archive(path, beside.submit(_pack, revision, process, path))
        finally:
            # it may not have been needed
            process.kill()


def _pack(revision: Revision, tar: subprocess.Popen[bytes], path: Path) -> Packed:
    unpacked = 0
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", 1, file, mtime=0) as packed,
    ):
        while block := tar.stdout.read(_BLOCK):  # type: ignore[union-attr] # it is a pipe
            unpacked += packed.write(block)
    if tar.wait() != 0:
        raise Refused(f"git could not archive {revision.commit} (its words are above)")
    return Packed(path.stat().st_size, _sum(path), unpacked)


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
