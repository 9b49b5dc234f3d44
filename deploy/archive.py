"""One commit's tree as one archive, made once on the operator's machine for all hosts."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.errors import Refused
from deploy.repository import Revision, environment, git
from deploy.tree import Tree, refuse_lfs_without_its_program, refuse_submodules

_BLOCK = 1 << 15
#: bytes read at once to be sent: in blocks of 32 KiB, each a little more than a packet, every other packet is tiny
_SENT = 1 << 20
#: git's tree without an entry, which it knows without having it
NOTHING = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#: with these, the same commit is the same tree for everybody; an LFS pointer in place of a file is an error
SETTINGS = (
    "core.autocrlf=false",
    "core.eol=lf",
    "tar.umask=0002",
    "filter.lfs.smudge=git-lfs smudge -- %f",
    "filter.lfs.process=git-lfs filter-process",
    "filter.lfs.required=true",
)


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
def archived(tree: Tree) -> Iterator[Archive]:
    """Begin to archive a tree, whose names begin with its path; the end of the block ends that."""
    refuse_submodules(tree, "copy")
    refuse_lfs_without_its_program(tree, "copy")
    with (
        TemporaryDirectory(prefix="forklift-") as folder,
        _tar(tree, None) as process,
        ThreadPoolExecutor(1) as beside,
    ):
        path = Path(folder) / "tree.tar.gz"
        try:
            yield Archive(path, beside.submit(_pack, tree.revision, process, path))
        finally:
            # it may not have been needed
            process.kill()


def pack(tree: Tree, path: Path, only: Collection[str] | None = None) -> Archive:
    """Archive a tree to *path*, or some of its names alone, and wait for that; raises Refused."""
    refuse_submodules(tree, "copy")
    refuse_lfs_without_its_program(tree, "copy")
    done: Future[Packed] = Future()
    with _tar(tree, only) as process:
        done.set_result(_pack(tree.revision, process, path))
    return Archive(path, done)


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


def _tar(tree: Tree, only: Collection[str] | None) -> subprocess.Popen[bytes]:
    """Begin the archive; what the operator set up for git's work trees does not change it."""
    options = [word for each in SETTINGS for word in ("-c", each)]
    some = tree.limit if only is None else ["--", *only]
    # without a name git would archive everything
    commit = NOTHING if only is not None and not only else tree.revision.commit
    words = ["archive", "--format=tar", commit, *some]
    program = [*git(tree.revision.repository), *options, "--literal-pathspecs"]
    return subprocess.Popen(
        [*program, *words],
        env=environment(unset=("GIT_LFS_SKIP_SMUDGE",)),
        stdout=subprocess.PIPE,
    )


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
