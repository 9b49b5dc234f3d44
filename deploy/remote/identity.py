"""By what a host is to be recognized: its name in known_hosts, and which files know it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.remote.knownhosts import name_of

USER_FILES = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
GLOBAL_FILES = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"


@dataclass(frozen=True)
class Identity:
    """How ssh_config says that a host is to be recognized."""

    host: str
    port: int
    name: str
    #: the name without a port counts too, as in OpenSSH
    bare_name: str
    user_files: tuple[Path, ...]
    global_files: tuple[Path, ...]
    accept_new: bool
    hash_names: bool

    @property
    def files(self) -> tuple[Path, ...]:
        return self.user_files + self.global_files


def identity(host: str, port: int, ssh_config: Mapping[str, str]) -> Identity:
    """Read what ssh_config says; *no* is taken for *accept-new*, since a changed key never passes."""
    alias = ssh_config.get("hostkeyalias", "").lower()
    strict = ssh_config.get("stricthostkeychecking", "ask").lower()
    return Identity(
        host=host,
        port=port,
        name=alias or name_of(host, port),
        bare_name=alias or host.lower(),
        user_files=_files(ssh_config.get("userknownhostsfile", USER_FILES)),
        global_files=_files(ssh_config.get("globalknownhostsfile", GLOBAL_FILES)),
        accept_new=strict in ("accept-new", "no", "off"),
        hash_names=ssh_config.get("hashknownhosts", "no").lower() == "yes",
    )


def _files(setting: str) -> tuple[Path, ...]:
    names = [each for each in shlex.split(setting) if each.lower() != "none"]
    return tuple(Path(each).expanduser() for each in names)
