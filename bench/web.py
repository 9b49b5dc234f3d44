"""Measure what clients notice of ten deploys of a web application: lost requests, and how long they wait.

    python bench/web.py                 gunicorn with processes, and with threads; then without `listen`
    python bench/web.py --deploys 3

Clients ask a WSGI application that takes 10 ms under gunicorn with two workers, each request on a connection of its
own, first for five seconds in peace, then while fab deploys. `listen` has to lose none. The last measurement is
the same application as it is usually supervised: it opens its port itself, and a restart ends it first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.limits import judge  # noqa: E402
from bench.web_load import Answer, Load  # noqa: E402
from sandbox import Sandbox  # noqa: E402

PORT = 8000
#: seconds without a deploy, for comparison
PEACE = 5

APPLICATION = """\
import os, time

def application(environ, start_response):
    time.sleep(0.01)
    body = os.environ["FORKLIFT_RELEASE"].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
FABFILE = """\
from deploy.tasks import Service, project

namespace = project(Service(
    name="web", user="app", hosts=["web1"], deploy_to="/home/app/www/web",
    start="python3 -m gunicorn --workers 2 {options} app:application",
    env={{"PYTHONPATH": "lib", "PYTHONDONTWRITEBYTECODE": "1"}},
    health_check="http://{address}/", settle=1, listen={listen!r},
))
"""
KINDS: Mapping[str, tuple[str, bool]] = {
    "processes": ("", True),
    "threads": ("--threads 4", True),
    "without listen": ("--bind {address}", False),
}


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deploys", type=int, default=10, metavar="N")
    asked = parser.parse_args(words)
    lost = 0
    for kind, (options, listens) in KINDS.items():
        with Sandbox(("web1",), mariadb=False) as sandbox:
            lost += measure(sandbox, kind, options, listens, asked.deploys)
    judge("lost with listen", lost, 0)
    return 1 if lost else 0


def measure(
    sandbox: Sandbox, kind: str, options: str, listens: bool, deploys: int
) -> int:
    """Deploy under load; gives how many requests were lost that must not be."""
    host = sandbox.hosts["web1"].address
    address = f"{host}:{PORT}"
    with tempfile.TemporaryDirectory() as made:
        project = Project(Path(made), sandbox)
        project.declare(
            options=options.format(address=address),
            address=address,
            listen=[address] if listens else [],
        )
        project.fab("setup")
        project.fab("deploy")
        with Load((host, PORT)) as load:
            time.sleep(PEACE)
            began = time.monotonic()
            for _ in range(deploys):
                project.change()
                project.fab("deploy")
    before = [each for each in load.answers if each.asked_at < began]
    during = [each for each in load.answers if each.asked_at >= began]
    releases = len({each.body for each in during})
    print(
        f"{kind}: {len(during)} requests answered by {releases} releases in {deploys} deploys, {len(load.lost)} lost"
    )
    for name, each in (("before", before), ("during", during)):
        print(
            f"  {name}: median {_centile(each, 50):.0f} ms, p99 {_centile(each, 99):.0f} ms"
        )
    for why in sorted(set(load.lost)):
        print(f"  lost: {load.lost.count(why)} × {why}")
    if listens:
        ratio = _centile(during, 99) / _centile(before, 99)
        judge(f"p99 during / before, {kind}", ratio, 5)
    return len(load.lost) if listens else 0


def _centile(answers: Sequence[Answer], number: int) -> float:
    seconds = [each.seconds for each in answers]
    return statistics.quantiles(seconds, n=100)[number - 1] * 1000


class Project:
    """A repository with an application and gunicorn itself, and fab in it."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self._folder, self._sandbox = folder, sandbox
        add_gunicorn(folder)
        (folder / "app.py").write_text(APPLICATION)
        self._git("init", "--quiet")

    def declare(self, options: str, address: str, listen: list[str]) -> None:
        text = FABFILE.format(options=options, address=address, listen=listen)
        (self._folder / "fabfile.py").write_text(text)
        self.change()

    def change(self) -> None:
        self._git("add", "--all")
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        self._git(*who, "commit", "--quiet", "--allow-empty", "--message", "Change")

    def fab(self, task: str) -> None:
        fab = str(Path(sys.executable).parent / "fab")
        subprocess.run(
            [fab, "-S", str(self._sandbox.ssh_config), f"web.{task}"],
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self._folder, check=True)


def add_gunicorn(folder: Path) -> None:
    """Copy gunicorn into a release, so that its hosts need no package index."""
    for name in ("gunicorn", "packaging"):
        found = find_spec(name)
        if found is None or found.origin is None:
            raise SystemExit(f"{name} is not installed: . bin/prepare installs it")
        shutil.copytree(
            Path(found.origin).parent,
            folder / "lib" / name,
            ignore=shutil.ignore_patterns("__pycache__"),
        )


if __name__ == "__main__":
    sys.exit(main())
