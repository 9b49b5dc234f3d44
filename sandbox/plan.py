"""What one host is to be; written by the sandbox, read by the host's first process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

#: what a host has for itself on disk: in its folder under the same names
OWN = ("home", "tmp", "etc/ssh", "etc/service", "var/lib/forklift", "var/log")
#: what the first process says once it has started the others
READY = "ready\n"


@dataclass(frozen=True)
class Plan:
    """A host's name and address, its folder, and what it may see besides itself."""

    name: str
    #: who logs in when ssh names nobody
    user: str
    address: str
    port: int
    folder: Path
    #: the text of its /etc/hosts
    hosts_file: str
    #: directories of the machine that would be hidden otherwise; read-only
    visible: tuple[Path, ...]
    #: where the machine's MariaDB has its socket
    mariadb: Path | None
    #: no namespaces: everything belongs to the user who started the sandbox
    plain: bool
    #: daemontools, runit or s6
    supervisor: str = "daemontools"

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        fields = json.loads(text)
        return cls(
            **{
                **fields,
                "folder": Path(fields["folder"]),
                "visible": tuple(map(Path, fields["visible"])),
                "mariadb": fields["mariadb"] and Path(fields["mariadb"]),
            }
        )

    def own(self, path: str) -> Path:
        """Give the directory behind one of OWN, as the machine sees it."""
        return self.folder / path

    def seen(self, path: str) -> Path:
        """Give the same directory, or a file in it, as the host sees it."""
        return self.own(path) if self.plain else Path("/", path)

    def log(self, name: str) -> str:
        return str(self.seen(f"var/log/{name}.log"))
