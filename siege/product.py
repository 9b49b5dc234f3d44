"""The product that is deployed: a git repository of two services, and what each of its versions does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from siege.trees import Tree

SERVICES = ("sample", "worker")

FABFILE = """\
import os
from deploy.tasks import Hook, Service, project
common = dict(
    user="app", hosts={hosts!r}, settle=0.2, stop_timeout=3, keep_releases=3, start="./program",
    build=["sh build.sh"], linked_dirs=["log"], secrets=["TOKEN"],
    hooks=[Hook("[ ! -e /run/siege/break-hook ]", after="verify")] if "SIEGE_HOOKS" in os.environ else [],
)
namespace = project(
    *(Service(name=each, deploy_to=f"/home/app/www/{{each}}", **common) for each in {services!r})
)
"""
PROGRAM = """\
#!/bin/sh
echo "started $(cat VERSION)"
case $(cat behaviour) in
flaps) exit 1 ;;
"dies late") sleep 3; exit 1 ;;
stubborn) [ ! -e /run/siege/stubborn ] || trap '' TERM ;;
esac
exec sleep 1000000
"""
HEALTHY = """\
#!/bin/sh
[ "$(cat behaviour)" != "is sick" ]
"""
BUILD = """\
[ ! -e /run/siege/break-build ] || { echo 'the build is broken'; exit 1; }
echo built >built
"""


class Product:
    """The operator's repository."""

    def __init__(self, folder: Path, hosts: Sequence[str]) -> None:
        self.folder = folder
        self._number = 0
        folder.mkdir()
        self._git("init", "--quiet", "--initial-branch=main")
        self._write("fabfile.py", FABFILE.format(hosts=list(hosts), services=SERVICES))
        self._write(".gitignore", "__pycache__\n.cache\n")
        self._write("program", PROGRAM, 0o755)
        self._write("healthy", HEALTHY, 0o755)
        self._write("build.sh", BUILD)
        for number in range(20):
            self._write(f"parts/part {number}/日本 {number}.txt", f"{number}\n" * 400)
        (folder / "parts" / "link").symlink_to("../VERSION")
        self.commit()

    def commit(self, behaviour: str = "") -> str:
        """Commit another version; gives the commit's id."""
        self._number += 1
        self._write("VERSION", f"{self._number}\n")
        self._write("behaviour", f"{behaviour}\n")
        self._write(f"parts/part {self._number % 20}/changed", f"{self._number}\n" * 90)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", f"Version {self._number}")
        return self._git("rev-parse", "HEAD").strip()

    @cache  # noqa: B019 # one product lives as long as its siege
    def tree(self, revision: str) -> Tree:
        """Tell what a commit holds."""
        listed = self._git("ls-tree", "-r", "-z", revision)
        found = {}
        for line in filter(None, listed.split("\0")):
            head, _, path = line.partition("\t")
            mode, _, blob = head.split()
            found[path] = (mode, blob)
        return found

    def _write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def _git(self, *words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        done = subprocess.run(
            ["git", *who, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout
