"""Measure a deploy against its limit: one ssh connection that runs the same steps as one shell script.

    python bench/deploy.py                 one host, five rounds
    python bench/deploy.py --hosts 10
    python bench/deploy.py --help

The limit archives the commit, streams it into tar, switches `current`, tells daemontools to restart and
removes the oldest release; it verifies nothing and can undo nothing. Ours is the whole of `fab`, from its
start to its exit, with settle=0, so that no figure holds a wait that a setting chose. Hosts are those of the
sandbox: on this machine, so that their work and ours share its cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sandbox import Sandbox  # noqa: E402

FABFILE = """\
from deploy.tasks import Service, project
namespace = project(
    Service(
        name="bench", deploy_to="/home/app/www/bench", start="sleep 1000000", user="app",
        hosts={hosts!r}, settle=0, stop_timeout=10,
    )
)
"""
LIMIT = """\
set -e
mkdir -p /home/app/www/limit/releases
cd /home/app/www/limit
release=releases/limit-$(date +%s%N)
mkdir "$release"
tar -xzf - -C "$release"
ln -s "$release" current.limit
mv -T current.limit current
svc -tcu /var/lib/forklift/bench
for old in $(ls -d releases/limit-* | head -n -2); do rm -rf "$old"; done
"""


def main() -> None:
    given = options()
    names = tuple(f"web{n + 1}" for n in range(given.hosts))
    with (
        tempfile.TemporaryDirectory(prefix="forklift-bench-") as folder,
        Sandbox(names, mariadb=False) as sandbox,
    ):
        Bench(Path(folder), sandbox).measure(given.rounds)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    return parser.parse_args()


class Bench:
    """A repository of 300 files, five megabytes, and a service that sleeps."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self._git("init", "--quiet")
        for number in range(300):
            file = folder / f"part{number % 20}" / f"file{number}.txt"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(os.urandom(6000) + b"some plain text\n" * 660)
        (folder / "fabfile.py").write_text(FABFILE.format(hosts=list(sandbox.hosts)))
        self._commit()

    def measure(self, rounds: int) -> None:
        self._report("setup, with a first release", [self._timed(self._fab("setup"))])
        self._report("first deploy", [self._timed(self._fab("deploy"))])
        taken: dict[str, list[float]] = {}
        execs = 0
        for _ in range(rounds):
            self._change()
            taken.setdefault("limit", []).append(self._timed(self._limit))
            self._change()
            self._rest()
            before = self._execs()
            taken.setdefault("redeploy", []).append(self._timed(self._fab("deploy")))
            execs = self._execs() - before
            taken.setdefault("status", []).append(self._timed(self._fab("status")))
            self._rest()
            taken.setdefault("rollback", []).append(self._timed(self._fab("rollback")))
        for name, seconds in taken.items():
            self._report(name, seconds)
        ratio = statistics.median(taken["redeploy"]) / statistics.median(taken["limit"])
        print(f"{'redeploy over limit':30} {ratio:6.2f}")
        print(
            f"{'execs a redeploy and host':30} {execs / len(self.sandbox.hosts):6.1f}"
        )

    def _rest(self) -> None:
        """Let the service grow older than a start that a restart would watch first."""
        time.sleep(11)

    def _report(self, name: str, seconds: list[float]) -> None:
        print(
            f"{name:30} {statistics.median(seconds):6.2f} s  "
            f"({min(seconds):.2f} to {max(seconds):.2f}, n={len(seconds)})",
            flush=True,
        )

    def _timed(self, act: Callable[[], None]) -> float:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began

    def _fab(self, task: str) -> Callable[[], None]:
        fab = [str(Path(sys.executable).parent / "fab"), "-S"]
        words = [*fab, str(self.sandbox.ssh_config), f"bench.{task}"]

        def run() -> None:
            self._run(words)

        return run

    def _limit(self) -> None:
        archive = subprocess.run(
            ["git", "archive", "--format=tar.gz", "-1", "HEAD"],
            cwd=self.folder,
            check=True,
            capture_output=True,
        ).stdout
        ssh = ["ssh", "-F", str(self.sandbox.ssh_config)]
        running = [
            subprocess.Popen([*ssh, name, LIMIT], stdin=subprocess.PIPE)
            for name in self.sandbox.hosts
        ]
        for each in running:
            each.communicate(archive)
            assert each.returncode == 0

    def _execs(self) -> int:
        return sum(each.execs() for each in self.sandbox.hosts.values())

    def _change(self) -> None:
        for number in range(3):
            (self.folder / f"part{number}" / f"file{number}.txt").write_bytes(
                os.urandom(6000)
            )
        self._commit()

    def _commit(self) -> None:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        self._git("add", "--all")
        self._git(*who, "commit", "--quiet", "--message", "Change three files")

    def _git(self, *words: str) -> None:
        self._run(["git", *words])

    def _run(self, words: list[str]) -> None:
        subprocess.run(
            words,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    main()
