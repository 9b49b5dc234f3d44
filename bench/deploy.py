"""Measure a deploy against its limits: the ratios are those of one run.

    python bench/deploy.py                  near far upload list
    python bench/deploy.py fleet --hosts 10 50 100
    python bench/deploy.py --help

near    one host: redeploy of a small change, rollback, a look
far     the same, with 20 ms a round trip
upload  200 MB, against a bare channel of the same connection
tree    20,000 files, 200 MB: first deploy, and a small change with links to the release before
list    fab --list, against a fabfile that imports nothing
fleet   a redeploy to many hosts: their CPU, ours, memory, and what waiting costs

The floor is one OpenSSH connection that runs the same steps as one shell script: it archives the commit,
streams it into tar, switches `current`, tells daemontools to restart and removes the oldest release. It
verifies nothing and can undo nothing. Ours is the whole of `fab`, from its start to its exit, with settle=0, so
that no figure holds a wait that a setting chose. Hosts are those of the sandbox: processes of this machine,
so that their work and ours share its cores.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import deploy_fleet, deploy_one, deploy_tree, deploy_upload  # noqa: E402
from bench.deploy_rig import Rig  # noqa: E402
from bench.limits import judge, tell  # noqa: E402
from sandbox import Sandbox  # noqa: E402

#: fab refuses a fabfile without a task
LEAST = """\
from fabric import task
@task
def nothing(context):
    pass
"""


def main() -> None:
    given = options()
    for part in given.parts or ["near", "far", "upload", "list"]:
        print(f"\n{part}")
        PARTS[part](given)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    parser.add_argument("--hosts", type=int, nargs="+", default=[10], help="of fleet")
    given = parser.parse_args()
    if strange := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(strange))}")
    return given


@contextmanager
def rig(hosts: int = 1) -> Iterator[Rig]:
    names = tuple(f"web{n + 1}" for n in range(hosts))
    with (
        tempfile.TemporaryDirectory(prefix="forklift-bench-") as folder,
        Sandbox(names, mariadb=False) as sandbox,
    ):
        project = Path(folder) / "project"
        project.mkdir()
        yield Rig(project, sandbox)


def near(given: argparse.Namespace) -> None:
    with rig() as here:
        deploy_one.nearby(here, given.rounds)


def far(given: argparse.Namespace) -> None:
    with rig() as here:
        deploy_one.far_away(here, given.rounds)


def upload(_: argparse.Namespace) -> None:
    with rig() as here:
        raw, ours = deploy_upload.rates(here.ssh_config, here.hosts[0].name)
    print(f"a bare channel {raw:.0f} MB/s, ours {ours:.0f} MB/s")
    judge("bare / ours", raw / ours, 1 / 0.7)


def tree(given: argparse.Namespace) -> None:
    with rig() as here:
        deploy_tree.large(here, given.rounds)


def listed(given: argparse.Namespace) -> None:
    with rig() as here:
        empty = here.folder / "empty"
        empty.mkdir()
        (empty / "fabfile.py").write_text(LEAST)
        ours, least = [], []
        for _ in range(4 * given.rounds):
            least.append(here.fab("-r", str(empty), "--list").wall)
            ours.append(here.fab("--list").wall)
    tell("of a fabfile with one task", least)
    tell("of ours", ours)
    judge("ours / empty", statistics.median(ours) / statistics.median(least), 1.3)


def fleet(given: argparse.Namespace) -> None:
    with rig() as here:
        here.fab("bench.setup")
        one = deploy_fleet.redeployed(here, given.rounds)
    for hosts in given.hosts:
        with rig(hosts) as here:
            deploy_fleet.many(here, given.rounds, one)


PARTS = {
    "near": near,
    "far": far,
    "upload": upload,
    "tree": tree,
    "list": listed,
    "fleet": fleet,
}

if __name__ == "__main__":
    main()
