"""The files with which an operator reaches the hosts by ssh, rsync or fab."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox.plan import Plan

HOST = """\
Host {name}
    HostName {address}
    Port {port}
    User {user}
    IdentityFile {key}
    IdentitiesOnly yes
    UserKnownHostsFile {known_hosts}
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    PasswordAuthentication no
"""


def write(folder: Path, host_keys: Mapping[Plan, str]) -> None:
    """Write ``ssh_config`` and ``known_hosts`` into the sandbox's folder."""
    known = [f"[{plan.address}]:{plan.port} {key}\n" for plan, key in host_keys.items()]
    (folder / "known_hosts").write_text("".join(known))
    config = [_host(plan, folder) for plan in host_keys]
    (folder / "ssh_config").write_text("\n".join(config))


def _host(plan: Plan, folder: Path) -> str:
    return HOST.format(
        name=plan.name,
        address=plan.address,
        port=plan.port,
        user=plan.user,
        key=folder / "user_key",
        known_hosts=folder / "known_hosts",
    )
