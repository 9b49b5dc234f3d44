"""One commit's tree as one archive, made once on the operator's machine for all hosts."""

from __future__ import annotations

import subprocess
import threading
import zlib
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO

from deploy.errors import Refused
from deploy.repository import Revision, environment, git
from deploy.tree import Tree, refuse_what_no_archive_holds

_BLOCK = 1 << 15
#: bytes read at once to be sent: in blocks of 32 KiB, each a little more than a packet, every other packet is tiny
_SENT = 1 << 20
#: zlib's word for the format of gzip, which tells its end and has a sum
_GZIP = 31
#: bytes of an archive that are worth waking all of its readers for
_WORTH = 1 << 18
#: seconds to wait for more of an archive before whoever reads it may do something else
_PATIENCE = 0.05
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


class Archive:
    """The tree of one commit as a tar.gz, the same bytes whenever and wherever it is made.

    It is made in a thread of its own, and can be read meanwhile, as often as there are hosts.
    """

    def __init__(self, path: Path, grown: threading.Condition, made: Future[None]):
        self.path, self.made = path, made
        self._grown = grown

    @property
    def size(self) -> int | None:
        """Its bytes, or None as long as it is being made."""
        return self.path.stat().st_size if self.made.done() else None

    def blocks(self) -> Iterator[bytes]:
        """Give its bytes, and an empty block where the next is not there yet; raises Refused if none comes."""
        with self.path.open("rb") as file:
            while not self.made.done():
                yield from _blocks(file)
                with self._grown:
                    if not self.made.done():
                        self._grown.wait(_PATIENCE)
                yield b""
            self.made.result()
            yield from _blocks(file)


@contextmanager
def archived(tree: Tree, only: Collection[str] | None = None) -> Iterator[Archive]:
    """Begin to archive a tree, or some of its names alone; the end of the block ends that.

    Raises Refused for what an archive would not hold.
    """
    refuse_what_no_archive_holds(tree)
    with (
        TemporaryDirectory(prefix="forklift-") as folder,
        _tar(tree, only) as process,
        ThreadPoolExecutor(1) as beside,
    ):
        path, grown = Path(folder) / "tree.tar.gz", threading.Condition()
        path.touch()
        try:
            made = beside.submit(_pack, tree.revision, process, path, grown)
            made.add_done_callback(lambda _: _tell(grown))
            yield Archive(path, grown, made)
        finally:
            # it may not have been needed
            process.kill()


def _pack(
    revision: Revision,
    tar: subprocess.Popen[bytes],
    path: Path,
    grown: threading.Condition,
) -> None:
    packing, untold = zlib.compressobj(1, wbits=_GZIP), 0
    with path.open("wb", buffering=_WORTH) as file:
        while block := tar.stdout.read(_BLOCK):  # type: ignore[union-attr] # it is a pipe
            untold += file.write(packing.compress(block))
            if untold >= _WORTH:
                file.flush()
                _tell(grown)
                untold = 0
        if tar.wait() != 0:
            tar.stderr.seek(0)  # type: ignore[union-attr] # it is a file: see _tar
            said = tar.stderr.read().decode(errors="replace").strip()  # type: ignore[union-attr]
            raise Refused(f"git could not archive {revision.commit}: {said}")
        # who reads it meanwhile is never sent an end of what is not the whole tree
        file.write(packing.flush())


def _tell(grown: threading.Condition) -> None:
    with grown:
        grown.notify_all()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_SENT):
        yield block


def _tar(tree: Tree, only: Collection[str] | None) -> subprocess.Popen[bytes]:
    """Begin the archive; what the operator set up for git's work trees does not change it."""
    options = [word for each in SETTINGS for word in ("-c", each)]
    some = tree.limit if only is None else ["--", *only]
    # without a name git would archive everything
    commit = NOTHING if only is not None and not only else tree.revision.commit
    words = ["archive", "--format=tar", commit, *some]
    program = [*git(tree.revision.repository), *options, "--literal-pathspecs"]
    # a file: a pipe would fill where much is said, and a terminal is drawn anew meanwhile
    said = TemporaryFile()  # noqa: SIM115 # the process closes it
    process = subprocess.Popen(
        [*program, *words],
        env=environment(unset=("GIT_LFS_SKIP_SMUDGE",)),
        stdout=subprocess.PIPE,
        stderr=said,
    )
    process.stderr = said
    return process
