"""Send a tree as an archive: the whole, or what differs from the release that a host has."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from deploy import delta
from deploy.archive import Archive, pack
from deploy.commands import source
from deploy.recipes.parcel import Parcel
from deploy.recipes.plan import Plan
from deploy.release import Manifest
from deploy.shell import Step
from deploy.tree import WHOLE, Tree


class Copied:
    """A tree whose archives are made when they are needed, each once for all hosts."""

    def __init__(self, tree: Tree, folder: Path, whole: Archive | None) -> None:
        self._tree, self._folder = tree, folder
        self._made: dict[tuple[str, ...] | None, Archive] = {}
        if whole is not None:
            self._made[None] = whole
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        return self._tree.size

    def archive(self, only: tuple[str, ...] | None = None) -> Archive:
        """Give the archive of the whole tree, or of some of its names; raises Refused."""
        with self._lock:
            if only not in self._made:
                path = self._folder / f"{len(self._made)}.tar.gz"
                self._made[only] = pack(self._tree, path, only)
            return self._made[only]

    def whole(self, plan: Plan) -> Parcel:
        packed, new = self.archive(), plan.new.release
        unpacking = source.unpack(plan.target.paths, new)
        steps = (Step(f"unpacking {new}", unpacking), *_noting(plan))
        return Parcel(steps, archive=packed)

    def parcel(self, plan: Plan, host: str) -> Parcel:
        before = plan.facts[host].live
        if before is None or not plan.target.service.hard_links:
            return self.whole(plan)
        service = plan.target.service
        linked = [*service.linked_dirs, *(each.path for each in service.linked_files)]
        hidden = [*linked, *map(PurePosixPath, service.rendered_files)]
        touched = delta.touched(self._tree, before.revision, hidden)
        if touched is None:
            return self.whole(plan)
        return self._changes(plan, before, touched)

    def _changes(self, plan: Plan, before: Manifest, touched: Sequence[str]) -> Parcel:
        paths, new = plan.target.paths, plan.new.release
        packed = self.archive(tuple(n for n in touched if n in self._tree.names))
        names = self._names(touched)
        linking = source.link_unchanged(paths, new, before, len(names))
        steps = (
            Step(f"linking {new} to {before.release}", linking),
            Step(f"unpacking what changed in {new}", source.unpack_changes(paths, new)),
            *_noting(plan),
        )
        return Parcel(steps, names, packed)

    def _names(self, touched: Sequence[str]) -> bytes:
        """Spell names as the host lists them: from the release's top, a NUL behind each."""
        above = 0 if self._tree.path == WHOLE else len(str(self._tree.path)) + 1
        return b"".join(os.fsencode(f"./{each[above:]}\0") for each in touched)


def _noting(plan: Plan) -> tuple[Step, ...]:
    if not plan.target.service.hard_links:
        return ()
    return (Step("", source.note_tree(plan.target.paths, plan.new.release)),)
