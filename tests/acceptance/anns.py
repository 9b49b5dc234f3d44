"""An operator with a project of her own: a git repository, a fabfile, and fab as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from sandbox import Sandbox
from sandbox.terminal import Terminal
from siege.stem import Stem

ROOT = Path(__file__).parent.parent.parent

#: a service that says its version; what it does otherwise stands in the file `behaviour`
PROGRAM = """\
import os, signal, sys, time
behaviour = open("behaviour").read().split()
print("started", open("VERSION").read().strip(), os.environ.get("GREETING", ""), flush=True)
version = open("VERSION").read().strip()
if "die" in behaviour or os.path.exists(f"/tmp/die-{os.environ['NAME']}-{version}"):
    print("this release is broken", flush=True)
    sys.exit(1)
if "reload" in behaviour:
    signal.signal(signal.SIGHUP, lambda *_: print("reloaded", flush=True))
if "later" in behaviour:
    time.sleep(0.7)
    sys.exit("died late")
while True:
    time.sleep(60)
"""


@cache
def stem() -> Stem:
    """Give the process that runs of fab are forked from, one for all tests."""
    return Stem()


def forked_fab(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run fab in *folder*, without the processor time of its imports, which is most of it."""
    with tempfile.TemporaryDirectory() as logs:
        out, err = Path(logs, "out"), Path(logs, "err")
        pid = stem().start(words, folder, out, environment, err)
        if not stem().wait(pid, timeout):
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(["fab", *words], timeout, out.read_text())
        status = stem().status(pid)
        assert status is not None
        said = [each.read_text(errors="replace") for each in (out, err)]
        return subprocess.CompletedProcess(["fab", *words], status, *said)


class Operator:
    """Runs fab from a project's folder against a sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox, name: str) -> None:
        self.folder, self.sandbox, self.name = folder, sandbox, name
        self.ssh_config = sandbox.ssh_config
        self.deploy_to = f"/home/app/www/{name}"
        self.service_directory = f"/var/lib/forklift/{name}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("FABRIC_")},
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "NO_COLOR": "1",
        }
        self._git("init", "--quiet", "--initial-branch=main")
        (folder / ".gitignore").write_text("__pycache__\n.cache\n*.yaml\n")
        self.write_fabfile()
        self.commit("one")

    def write_fabfile(self, **settings: object) -> None:
        known: dict[str, object] = {
            "name": self.name,
            "deploy_to": self.deploy_to,
            "start": "python3 program.py",
            "user": "app",
            "hosts": list(self.sandbox.hosts),
            "settle": 0.4,
            "stop_timeout": 5,
            "env": {"NAME": self.name},
        }
        lines = [
            "from deploy.tasks import PythonEnvironment, Service, project",
            f"namespace = project(Service(**{ {**known, **settings}!r}))",
        ]
        (self.folder / "fabfile.py").write_text("\n".join(lines) + "\n")

    def write_pair(self, **settings: object) -> tuple[str, str]:
        """Declare an application and a job service, the latter first; gives their names."""
        names = f"{self.name}-app", f"{self.name}-job"
        common = {
            "user": "app",
            "hosts": list(self.sandbox.hosts),
            "settle": 0.4,
            "start": "python3 program.py",
            **settings,
        }
        services = [
            f"Service(name={name!r}, deploy_to='/home/app/www/{name}', env={{'NAME': {name!r}}}, **common)"
            for name in reversed(names)
        ]
        lines = [
            "from deploy.tasks import Service, project",
            f"common = {common!r}",
            f"namespace = project({', '.join(services)})",
        ]
        (self.folder / "fabfile.py").write_text("\n".join(lines) + "\n")
        return names

    def commit(self, version: str, behaviour: str = "", **files: str) -> str:
        """Commit a version of the program; gives the commit's id."""
        contents = {
            "program.py": PROGRAM,
            "VERSION": version,
            "behaviour": behaviour,
            **files,
        }
        for name, content in contents.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self._git("add", "--all")
        self._git(
            "commit", "--quiet", "--allow-empty", "--message", f"Make it {version}"
        )
        return self._git("rev-parse", "HEAD")

    def fab(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run fab to its end."""
        words = ("-S", str(self.ssh_config), *words)
        return forked_fab(words, self.folder, {**self.environment, **environment})

    def at(self, terminal: Terminal, *words: str) -> int:
        """Start fab on a terminal; gives its process id."""
        words = ("-S", str(self.ssh_config), *words)
        told = {**self.environment, "TERM": "xterm-256color"}
        return stem().start(words, self.folder, terminal.path, told)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start fab and leave it running."""
        return subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env={**self.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def command(self, *words: str) -> list[str]:
        fab = [sys.executable, "-W", "error::SyntaxWarning", "-m", "fabric"]
        return [*fab, "-S", str(self.ssh_config), *words]

    def done(self, *words: str, **environment: str) -> str:
        """Run fab, which has to succeed; gives what it said."""
        result = self.fab(*words, **environment)
        said = result.stdout + result.stderr
        assert result.returncode == 0, f"exit status {result.returncode}\n{said}"
        return result.stdout

    def task(self, name: str) -> str:
        return f"{self.name}.{name}"

    def ready(self) -> None:
        """Set the service up and deploy it."""
        self.done(self.task("setup"))
        self.done(self.task("deploy"))

    def on(self, host: str, command: str) -> str:
        """Look at a host, not over ssh; the command has to succeed."""
        result = self.sandbox.hosts[host].run(command)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def current(self, host: str) -> str:
        """The name of the release that current leads to, which has to be complete."""
        release = self.on(host, f"readlink {self.deploy_to}/current")
        self.on(host, f"test -f {self.deploy_to}/current/.release.json")
        return release.split("/")[-1]

    def version(self, host: str) -> str:
        """What the running process was started from, by its working directory."""
        pid = self.pid(host)
        return self.on(host, f"cat /proc/{pid}/cwd/VERSION")

    def pid(self, host: str, name: str = "") -> str:
        said = self.on(host, f"svstat /var/lib/forklift/{name or self.name}")
        assert "up (pid " in said, said
        return said.split("(pid ")[1].split(")")[0]

    def manifests(self, host: str) -> dict[str, str]:
        """What the host's manifests say: version to state."""
        found = self.on(
            host,
            f'for r in {self.deploy_to}/releases/*; do echo "$(cat $r/VERSION) $(cat $r/.release.json)"; done',
        )
        pairs = (line.split(" ", 1) for line in found.splitlines())
        return {version: json.loads(text)["state"] for version, text in pairs}

    def _git(self, *words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        done = subprocess.run(
            ["git", *who, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
