"""The whole system at work: deploy a product to throwaway hosts, use it, change it, roll it back."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from sandbox import waiting
from sandbox.errors import SandboxError
from sandbox.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
PORT = 8080


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="leave the hosts running to try the tasks"
    )
    parser.add_argument("--hosts", type=int, default=2, metavar="N")
    asked = parser.parse_args(words)
    try:
        with Sandbox(_names(asked.hosts)) as sandbox:
            demo = Demo(sandbox)
            demo.play()
            demo.say_what_next()
            if asked.keep:
                demo.keep()
    except (SandboxError, OSError, subprocess.CalledProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _names(number: int) -> tuple[str, ...]:
    # a sandbox of somebody who is not root has one host
    return tuple(f"web{n + 1}" for n in range(number if os.geteuid() == 0 else 1))


class Demo:
    """One operator with one product and a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.project = sandbox.folder / "sample"
        host = next(iter(sandbox.hosts.values()))
        # a plain sandbox shares its network, and so its ports, with the machine
        self.port = free_port() if sandbox.plain else PORT
        where = "localhost" if sandbox.plain else host.address
        self.address = f"http://{where}:{self.port}"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "QUEUE_URL": sandbox.mariadb.url("qudo"),
        }

    def play(self) -> None:
        if self.sandbox.limits:
            print(f"Note: {self.sandbox.limits}.")
        self.tell("A product of two services, as its own git repository")
        make_product(self.project)
        self.write_stage()
        self.fab("--list")
        self.tell("Once per host: directories, supervision, the queue's database")
        self.fab("sample.setup")
        self.fab("worker.setup")
        self.tell("Both services, one revision, one transaction over all hosts")
        self.fab("deploy")
        self.use("hello from the demo")
        self.tell("A change, deployed")
        self.change()
        self.fab("deploy")
        self.use("hello again")
        self.tell("And back: the release before, which was live and verified")
        self.fab("worker.rollback")
        self.tell("What runs where")
        self.fab("sample.status")
        self.fab("worker.status")

    def tell(self, sentence: str) -> None:
        print(f"\n\N{BLACK RIGHTWARDS ARROWHEAD} {sentence}", flush=True)

    def fab(self, *words: str) -> None:
        print(f"$ fab {' '.join(words)}", flush=True)
        subprocess.run(
            [*self.command(), *words],
            cwd=self.project,
            env=self.environment,
            check=True,
        )

    def command(self) -> list[str]:
        fab = str(Path(sys.executable).parent / "fab")
        return [fab, "-S", str(self.sandbox.ssh_config), "-f", "sandbox.yaml"]

    def write_stage(self) -> None:
        """Say in a file for fab -f what is different here: the hosts; and the paths without root."""
        (self.project / "sandbox.yaml").write_text(
            "".join(self._stage(name) for name in ("sample", "worker"))
        )

    def _stage(self, service: str) -> str:
        lines = [f"{service}:", f"  hosts: [{', '.join(self.sandbox.hosts)}]"]
        lines += ["  settle: 2"]
        if self.sandbox.plain:
            folder = self.sandbox.hosts["web1"].path("/")
            lines += [
                *(["  env:", f"    PORT: {self.port}"] if service == "sample" else []),
                f"  user: {self.sandbox.user}",
                "  use_sudo: false",
                f"  deploy_to: {folder}/www/{service}",
                f"  service_root: {folder}/services",
                f"  scan_directory: {self.sandbox.hosts['web1'].scan_directory}",
            ]
        return "\n".join([*lines, ""])

    def use(self, message: str) -> None:
        """Enqueue a job through the web application, and show the line that the worker logs for it."""
        self.tell("A job, enqueued through the web application")
        data = urllib.parse.urlencode({"message": message}).encode()
        print(f"$ curl --data 'message={message}' {self.address}/echo")
        with urllib.request.urlopen(f"{self.address}/echo", data, timeout=10) as answer:  # noqa: S310 # http, to a host of our own
            print(answer.read().decode(), end="")
        print("The worker's log:")
        waiting.until(lambda: bool(self._logged(message)), "no worker has logged it")
        print(self._logged(message))

    def _logged(self, message: str) -> str:
        for name, host in self.sandbox.hosts.items():
            found = host.run(
                f"cat {self._log()} | tai64nlocal | grep -F -- '{message}'"
            ).stdout.strip()
            if found:
                return f"  {name}: {found.splitlines()[-1]}"
        return ""

    def _log(self) -> str:
        if self.sandbox.plain:
            return str(
                self.sandbox.hosts["web1"].path("/services/worker/log/main/current")
            )
        return "/var/lib/forklift/worker/log/main/current"

    def change(self) -> None:
        jobs = self.project / "sample" / "jobs.py"
        jobs.write_text(
            jobs.read_text().replace('job.arg["message"]', 'job.arg["message"] + "!"')
        )
        commit(self.project, "Say it louder")

    def say_what_next(self) -> None:
        self.tell("What to try next")
        print(
            "  README.md has a fabfile of your own in ten lines; docs/ says the rest.\n"
            "  bin/demo --keep leaves these hosts running, so that you can try the tasks."
        )

    def keep(self) -> None:
        self.tell("The hosts stay until you press Ctrl-C. In another terminal:")
        print(f"  cd {self.project}")
        print(f"  export PYTHONPATH={ROOT} QUEUE_URL='{self.environment['QUEUE_URL']}'")
        print(f"  {' '.join(self.command())} --list")
        for name in self.sandbox.hosts:
            print(f"  ssh -F {self.sandbox.ssh_config} {name}")
        sys.stdout.flush()
        signal.pause()


def free_port() -> int:
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])


def make_product(folder: Path) -> None:
    """Make a git repository of the example, with the wheels that its hosts install."""
    shutil.copytree(
        ROOT / "examples" / "sample",
        folder,
        ignore=shutil.ignore_patterns("__pycache__", "vendor", "*.sqlite"),
    )
    (folder / ".gitignore").write_text("__pycache__\n*.yaml\n")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-build-isolation", "--wheel-dir", folder / "vendor", ROOT],
        check=True,
    )
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    commit(folder, "Begin the product")


def commit(folder: Path, message: str) -> None:
    git = ["git", "-C", str(folder)]
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, *who, "commit", "--quiet", "--message", message], check=True)


if __name__ == "__main__":
    sys.exit(main())
