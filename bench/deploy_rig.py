"""What a deploy is measured with: a project, an operator, and what each of their runs took."""

from __future__ import annotations

import compileall
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox import Host, Sandbox

ROOT = Path(__file__).resolve().parent.parent
FABFILE = """\
from deploy.tasks import Service, project
namespace = project(
    Service(
        name="bench", deploy_to="/home/app/www/bench", start="sleep 1000000", user="app",
        hosts={hosts!r}, settle=0, stop_timeout=10, build={build!r}, hard_links={hard_links!r},
    )
)
"""
#: seconds after which a restart need not watch whether what runs lasts: 10, and supervise may begin a second late
OF_AGE = 13


@dataclass(frozen=True)
class Taken:
    """What a run took."""

    #: seconds from the start of the process to its exit
    wall: float
    #: seconds of CPU: of the process with its children, and of all hosts
    client: float
    hosts: float
    #: megabytes at its largest
    memory: float


class Rig:
    """A repository of 300 files, five megabytes; a service that sleeps; hosts of a sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.ssh_config = sandbox.ssh_config
        self.hosts: list[Host] = list(sandbox.hosts.values())
        # as pip does at an installation; fab itself keeps nothing that it compiles
        compileall.compile_dir(ROOT / "deploy", quiet=1)
        self.git("init", "--quiet")
        for number in range(300):
            file = folder / f"part{number % 20}" / f"file{number}.txt"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(os.urandom(6000) + b"some plain text\n" * 660)
        self.declare()
        self.commit()

    def declare(self, build: Iterable[str] = (), hard_links: bool = False) -> None:
        """Write the fabfile, with build commands that each deploy runs."""
        text = FABFILE.format(
            hosts=list(self.sandbox.hosts), build=tuple(build), hard_links=hard_links
        )
        (self.folder / "fabfile.py").write_text(text)

    def change(self) -> None:
        """Commit a small change."""
        for number in range(3):
            file = self.folder / f"part{number}" / f"file{number}.txt"
            file.write_bytes(os.urandom(6000))
        self.commit()

    def rest(self) -> None:
        """Let the service grow older than a start that a restart, or a look, would watch first."""
        time.sleep(OF_AGE)

    def fab(self, *words: str) -> Taken:
        fab = str(Path(sys.executable).parent / "fab")
        return self.run([fab, "-S", str(self.ssh_config), *words])

    def run(self, words: list[str], given: Path | None = None) -> Taken:
        """Run a program, which has to succeed; *given* is its standard input."""
        os.sync()  # it is not to wait for what was written before
        before, began = self._hosts_cpu(), time.perf_counter()
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=given.open("rb") if given else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, words
        cpu = used.ru_utime + used.ru_stime
        return Taken(wall, cpu, self._hosts_cpu() - before, used.ru_maxrss / 1024)

    def execs(self) -> float:
        """Count what sshd has started so far, a host."""
        return sum(each.execs() for each in self.hosts) / len(self.hosts)

    def commit(self) -> None:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        self.git("add", "--all")
        self.git(*who, "commit", "--quiet", "--message", "Change three files")

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.folder, check=True)

    def _hosts_cpu(self) -> float:
        return sum(_cpu(each.pid) for host in self.hosts for each in host.processes())


def _cpu(pid: int) -> float:
    """Seconds that a process has used, with all of its children that have ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # it has just ended: its parent has its seconds
        return 0
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def through(rig: Rig, ports: dict[int, int]) -> None:
    """Have ssh and fab reach the hosts by other ports, as the same hosts."""
    known = rig.sandbox.known_hosts.read_text()
    lines = [
        re.sub(rf"\]:{old} ", f"]:{new} ", line)
        for line in known.splitlines()
        for old, new in ports.items()
        if f"]:{old} " in line
    ]
    rig.sandbox.known_hosts.write_text(known + "".join(f"{line}\n" for line in lines))
    config = rig.sandbox.ssh_config.read_text()
    for old, new in ports.items():
        config = config.replace(f"    Port {old}\n", f"    Port {new}\n")
    rig.ssh_config = rig.folder.parent / "ssh_config"
    rig.ssh_config.write_text(config)
