"""How one commit's tree comes to the hosts: by copy or by git, as deploy_via says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from deploy import tree
from deploy.commands import source
from deploy.errors import Refused
from deploy.recipes.copying import Copied
from deploy.recipes.parcel import Parcel
from deploy.recipes.plan import Plan
from deploy.repository import Revision
from deploy.settings import Service
from deploy.shell import Step
from deploy.tree import Tree


class Delivery(Protocol):
    """One commit's tree, on its way to hosts."""

    @property
    def size(self) -> int:
        """Give the bytes that a release of it needs on a host."""

    def whole(self, plan: Plan) -> Parcel:
        """Give what any host can make the whole tree of."""

    def parcel(self, plan: Plan, host: str) -> Parcel:
        """Give the least that this host can make the tree of; it may refuse, with status OUTDATED."""


def found(service: Service, revision: Revision) -> Tree:
    """Look at the tree that hosts are to have; raises Refused if it cannot be whole there."""
    wanted = tree.look(revision, service.repo_tree)
    if service.deploy_via == "git":
        _refuse_path(revision)
    else:
        tree.refuse_what_no_archive_holds(wanted)
    return wanted


@contextmanager
def delivery(service: Service, revision: Revision) -> Iterator[Delivery]:
    """Make the tree ready to be brought; raises Refused as found does."""
    wanted = found(service, revision)
    if service.deploy_via == "git":
        yield Fetched(wanted)
    else:
        with ExitStack() as until_brought:
            copied = Copied(wanted, until_brought)
            # with hard links, the whole may not be needed
            if not service.hard_links:
                copied.archive()
            yield copied


@dataclass(frozen=True)
class Fetched:
    """A commit that each host fetches itself."""

    tree: Tree

    @property
    def size(self) -> int:
        return self.tree.size

    def whole(self, plan: Plan) -> Parcel:
        new = plan.new.release
        filling = source.check_out(plan.target.paths, new, self.tree)
        return Parcel((Step(f"fetching {new}", filling),))

    def parcel(self, plan: Plan, host: str) -> Parcel:
        del host
        return self.whole(plan)


def _refuse_path(revision: Revision) -> None:
    if not revision.url:
        raise Refused(
            f"deploy_via git needs a repository that the hosts can read, and {revision.repository} is a "
            "path on this machine; set repository to a URL, or deploy_via to copy"
        )
