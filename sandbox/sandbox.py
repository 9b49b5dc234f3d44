"""A sandbox: hosts, a MariaDB and the operator's keys, from nothing to nothing."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from sandbox import addresses, folder, launch, login, mariadb, sshd
from sandbox.errors import SandboxError
from sandbox.host import Host
from sandbox.mariadb import MariaDB
from sandbox.plan import Plan

PLAIN_LIMITS = (
    "without root there is one host with one account, your own (no sudo, no setuidgid, no app or deploy), "
    "whose directories lie in the sandbox's folder and which sees the whole machine"
)


class Sandbox:
    """Hosts of one's own, for as long as the ``with`` block; start it in a thread that lasts.

    As root each host has its own files, accounts and processes. For anybody else the sandbox is plain:
    *limits* says what that leaves out.
    """

    folder: Path
    hosts: dict[str, Host]

    def __init__(
        self,
        hosts: Sequence[str] = ("web1",),
        mariadb: bool = True,
        visible: Iterable[Path | str] = (),
        supervisor: str = "daemontools",
    ) -> None:
        """Plan hosts of these names; they see the *visible* directories of the machine, read-only."""
        self._supervisor = supervisor
        self.plain = os.geteuid() != 0
        #: what a plain sandbox leaves out, in a sentence; empty when nothing is
        self.limits = PLAIN_LIMITS if self.plain else ""
        #: who logs in when ssh names nobody
        self.user = pwd.getpwuid(os.geteuid()).pw_name if self.plain else "app"
        self._names, self.has_mariadb = tuple(hosts), mariadb
        self._visible = tuple(Path(path).resolve() for path in visible)
        if self.plain and len(self._names) > 1:
            raise SandboxError(f"several hosts need root: {PLAIN_LIMITS}")

    def __enter__(self) -> Sandbox:
        with ExitStack() as parts:
            self._start(parts)
            self._parts = parts.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._parts.close()

    @property
    def ssh_config(self) -> Path:
        return self.folder / "ssh_config"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def user_key(self) -> Path:
        return self.folder / "user_key"

    @property
    def mariadb(self) -> MariaDB:
        if self._server is None:
            raise SandboxError("this sandbox was started without MariaDB")
        return self._server

    def _start(self, parts: ExitStack) -> None:
        self.folder = parts.enter_context(folder.made())
        database = self.folder / "mariadb"
        if self.has_mariadb:
            mariadb.make_folder(database)
        plans = self._plan(database / "run" if self.has_mariadb else None)
        self._write_login(plans)
        started = [
            (plan, parts.enter_context(launch.first_process(plan))) for plan in plans
        ]
        self._server = (
            parts.enter_context(mariadb.running(database)) if self.has_mariadb else None
        )
        for plan, process in started:
            launch.wait_until_ready(process, plan)
        self.hosts = {plan.name: Host(plan, process) for plan, process in started}
        for host in self.hosts.values():
            host.wait_for_sshd()

    def _plan(self, database: Path | None) -> list[Plan]:
        network = addresses.pick(self._names)
        return [
            Plan(
                name=name,
                user=self.user,
                address=network[name],
                port=addresses.free_port(network[name]),
                folder=self.folder / name,
                hosts_file=addresses.hosts_file(network, name),
                visible=self._visible,
                mariadb=database,
                plain=self.plain,
                supervisor=self._supervisor,
            )
            for name in self._names
        ]

    def _write_login(self, plans: Sequence[Plan]) -> None:
        key = sshd.make_key(self.user_key)
        for plan in plans:
            launch.make_directories(plan)
        login.write(self.folder, {plan: sshd.configure(plan, key) for plan in plans})
