"""A Galera cluster of the soak's own: three MariaDB nodes on loopback. Each may be killed, and joins again."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from worker import address
from worker.errors import BadSetting, WorkerError
from worker.soak.mariadb import Mariadb, own
from worker.soak.ports import free_ports
from worker.store.mysql_connection import Link
from worker.store.statements import Statement

NODES = 3
#: where Debian and Red Hat put the plug-in
PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")
#: seconds of silence after which the others go on without a node
SUSPECT = 4
#: starts of a node that may fail, and seconds between: its donor may be gone just then, its port not free yet
TRIES, PAUSE = 10, 1.0
STATE = Statement("SHOW STATUS LIKE 'wsrep_local_state_comment'")


class Galera:
    """The cluster; *urls* name all nodes, each URL another one first."""

    def __init__(self, folder: Path) -> None:
        own(folder)
        groups = free_ports(NODES)
        self.password = secrets.token_hex()
        self.nodes: list[Node] = []
        try:
            for number in range(NODES):
                self.nodes.append(Node(folder / f"n{number}", self.password, groups))
        except BaseException:
            self.stop()
            raise

    @property
    def urls(self) -> list[str]:
        places = [f"127.0.0.1:{node.port}" for node in self.nodes]
        turns = (places[first:] + places[:first] for first in range(NODES))
        return [f"mysql://root:{self.password}@{','.join(each)}/soak" for each in turns]

    @property
    def ways(self) -> list[str]:
        return self.urls

    @property
    def is_whole(self) -> bool:
        return all(node.is_whole for node in self.nodes)

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


class Node(Mariadb):
    """Its root has a password, as its ports are open to every account of this host."""

    def __init__(self, folder: Path, password: str, groups: Sequence[int]) -> None:
        folder.mkdir()
        self._first = folder / "first.sql"
        self._first.touch(0o600)
        own(self._first)
        accounts = ("root@localhost", "root@'127.0.0.1'", "root@'::1'")
        change = (
            f"ALTER USER IF EXISTS {a} IDENTIFIED BY '{password}';" for a in accounts
        )
        self._first.write_text("\n".join(change))
        self.port, self._incremental, self._whole = free_ports(3)
        self._number, self._groups = int(folder.name[1:]), groups
        self._peers = groups[: self._number]
        self._password = password
        super().__init__(folder)
        self._peers = groups

    @property
    def is_whole(self) -> bool:
        """Whether it has all that the others have."""
        url = f"mysql://root:{self._password}@127.0.0.1:{self.port}/soak"
        if self.process.poll() is not None:
            return False
        link = Link(address.parse(url))
        with suppress(WorkerError):
            server = link.open_server()
            with server.cursor() as cursor:
                cursor.execute(STATE.sql)
                return bool(cursor.fetchone()[1] == "Synced")
        return False

    def _make(self) -> None:
        """Make tables on the first node only: the others get them from it."""
        if not self._peers:
            super()._make()
            return
        self._data.mkdir()
        own(self._data)

    def _start(self) -> subprocess.Popen[bytes]:
        for left in reversed(range(TRIES)):
            try:
                return super()._start()
            except BadSetting:
                if not left:
                    raise
                time.sleep(PAUSE)
        raise AssertionError("unreachable")

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        self.process = process
        return super()._answers(process) and self.is_whole

    def _placed(self) -> list[str]:
        own = self._groups[self._number]
        peers = ",".join(f"127.0.0.1:{port}" for port in self._peers if port != own)
        provider = {
            "gmcast.listen_addr": f"tcp://127.0.0.1:{own}",
            "ist.recv_addr": f"127.0.0.1:{self._incremental}",
            "gcache.size": "32M",
            "evs.suspect_timeout": f"PT{SUSPECT}S",
            "evs.inactive_timeout": f"PT{SUSPECT * 2}S",
        }
        return [
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2",
            "--wsrep-on=ON",
            f"--wsrep-provider={_provider()}",
            f"--wsrep-provider-options={';'.join(f'{k}={v}' for k, v in provider.items())}",
            f"--wsrep-cluster-address=gcomm://{peers}",
            "--wsrep-node-address=127.0.0.1",
            f"--wsrep-node-name=n{self._number}",
            "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{self._whole}",
            *([] if self._peers else [f"--init-file={self._first}"]),
        ]


def _provider() -> str:
    found = [path for path in PROVIDERS if Path(path).exists()]
    if not found:
        raise BadSetting("a soak of Galera needs the package galera-4 on this host")
    return found[0]
