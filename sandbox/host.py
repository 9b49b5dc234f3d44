"""One host of a sandbox, from the outside: look at it, count what it served, break it."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path, PurePosixPath
from shlex import quote

from sandbox import processes, sshd, waiting
from sandbox.errors import SandboxError
from sandbox.plan import Plan
from sandbox.processes import Process


class Host:
    """A host that runs; its sandbox made it and ends it."""

    def __init__(self, plan: Plan, unshare: subprocess.Popen[str]) -> None:
        self.name, self.address, self.port = plan.name, plan.address, plan.port
        self._plan, self._process = plan, unshare

    def run(
        self, command: str, user: str = "", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run shell text on the host, not over ssh; *timeout* in seconds. Any status is fine.

        The user is root; in a plain sandbox, which has no other, yourself.
        """
        return subprocess.run(
            [*self._inside(user), "sh", "-c", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            cwd=self._plan.folder if self._plan.plain else "/",
            check=False,
        )

    def path(self, path: str | PurePosixPath) -> Path:
        """Give the real path behind a path of the host.

        Links on the way are followed as the host follows them; the last name is left alone.
        """
        if self._plan.plain:
            return self._plan.folder / str(path).lstrip("/")
        wanted = PurePosixPath(path)
        folder = self.run(f"realpath -m {quote(str(wanted.parent))}").stdout.rstrip(
            "\n"
        )
        return Path(f"/proc/{self.pid}/root{folder}", wanted.name)

    @property
    def scan_directory(self) -> str:
        """Where the scanner looks, in the host's own words."""
        return str(self._plan.seen("etc/service"))

    @property
    def pid(self) -> int:
        """The host's first process, as the machine numbers it."""
        if self._plan.plain:
            return self._process.pid
        return processes.children(self._process.pid)[0]

    def processes(self) -> list[Process]:
        """List what runs on the host besides its first process."""
        return processes.below(self.pid)

    def freeze(self) -> None:
        """Stop every sshd of the host: connections open, and nobody answers."""
        processes.send(signal.SIGSTOP, *self._listeners(), *self._sessions())

    def thaw(self) -> None:
        processes.send(signal.SIGCONT, *self._listeners(), *self._sessions())

    def refuse(self) -> None:
        """End the sshd that listens: new connections are refused, open ones go on."""
        processes.send(signal.SIGKILL, *self._listeners())
        waiting.until(lambda: not self._listens(), f"{self.name} still listens")

    def restart_sshd(self) -> None:
        """Start an sshd that listens again, after *refuse*."""
        processes.send(signal.SIGUSR1, Process(self.pid, 0, "first"))
        self.wait_for_sshd()

    def cut(self) -> None:
        """End every open connection, as a broken line would."""
        processes.send(signal.SIGKILL, *self._sessions())

    def connections(self) -> int:
        """Count the logins that sshd has let in so far."""
        return len(sshd.LOGIN.findall(self._log()))

    def execs(self) -> int:
        """Count the commands, shells and subsystems that sshd has started so far."""
        return len(sshd.SESSION.findall(self._log()))

    def wait_for_sshd(self) -> None:
        waiting.until(self._listens, f"{self.name}: sshd does not listen")

    def _listeners(self) -> list[Process]:
        return [each for each in self.processes() if sshd.is_listener(each.title)]

    def _sessions(self) -> list[Process]:
        return [each for each in self.processes() if sshd.is_session(each.title)]

    def _listens(self) -> bool:
        try:
            socket.create_connection((self.address, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _log(self) -> str:
        return (self._plan.own("var/log") / "sshd.log").read_text(errors="replace")

    def _inside(self, user: str) -> list[str]:
        if self._plan.plain and user in ("", self._plan.user):
            return []
        if not self._plan.plain:
            user = user or "root"
            enter = f"nsenter --target {self.pid} --mount --pid --uts --root --wd --"
            become = f"setpriv --reuid {user} --regid {user} --init-groups --reset-env"
            return [*enter.split(), *become.split()]
        raise SandboxError(f"a plain sandbox runs nothing as {user}")
