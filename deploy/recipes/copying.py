"""Send a tree as an archive: the whole, or what differs from the release that a host has."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import PurePosixPath

from deploy import delta
from deploy.archive import Archive, archived
from deploy.commands import source
from deploy.recipes.parcel import Parcel
from deploy.recipes.plan import Plan
from deploy.release import Manifest
from deploy.settings import Service
from deploy.shell import Step
from deploy.tree import Tree

#: names of a tree
Names = tuple[str, ...]


class Copied:
    """A tree whose archives are begun when they are needed, each once for all hosts."""

    def __init__(self, tree: Tree, until_brought: ExitStack) -> None:
        self._tree, self._until_brought = tree, until_brought
        self._begun: dict[Names | None, Archive] = {}
        self._differing: dict[object, Names | None] = {}
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        return self._tree.size

    def archive(self, only: Names | None = None) -> Archive:
        """Give the archive of the whole tree, or of some of its names; raises Refused."""
        with self._lock:
            if only not in self._begun:
                making = archived(self._tree, only)
                self._begun[only] = self._until_brought.enter_context(making)
            return self._begun[only]

    def whole(self, plan: Plan) -> Parcel:
        packed, new = self.archive(), plan.new.release
        unpacking = source.unpack(plan.target.paths, new)
        steps = [Step(f"unpacking {new}", unpacking)]
        if plan.target.service.hard_links:
            steps.append(Step("", source.note_tree(plan.target.paths, new)))
        return Parcel(tuple(steps), archive=packed)

    def parcel(self, plan: Plan, host: str) -> Parcel:
        before, service = plan.facts[host].live, plan.target.service
        if before is None or not service.hard_links:
            return self.whole(plan)
        touched = self._touched(before.revision, _hidden(service))
        if touched is None:
            return self.whole(plan)
        return self._changes(plan, before, touched)

    def _touched(self, before: str, hidden: tuple[PurePosixPath, ...]) -> Names | None:
        """Ask git once, for all hosts that have the same."""
        asked = before, hidden
        if asked not in self._differing:
            self._differing[asked] = delta.touched(self._tree, *asked)
        return self._differing[asked]

    def _changes(self, plan: Plan, before: Manifest, touched: Sequence[str]) -> Parcel:
        paths, new = plan.target.paths, plan.new.release
        there = set(self._tree.names)
        packed = self.archive(tuple(each for each in touched if each in there))
        names = self._names(touched)
        linking = source.link_unchanged(paths, new, before, len(names))
        steps = (
            Step(f"linking {new} to {before.release}", linking),
            Step(f"unpacking what changed in {new}", source.unpack_changes(paths, new)),
            Step("", source.note_changes(paths, new)),
        )
        return Parcel(steps, names, packed)

    def _names(self, touched: Sequence[str]) -> bytes:
        """Spell names as the host lists them: from the release's top, a NUL behind each."""
        above = self._tree.above
        return b"".join(os.fsencode(f"./{each[above:]}\0") for each in touched)


def _hidden(service: Service) -> tuple[PurePosixPath, ...]:
    """Name what links and rendered files hide of a commit."""
    linked = [*service.linked_dirs, *(each.path for each in service.linked_files)]
    return (*linked, *map(PurePosixPath, service.rendered_files))
