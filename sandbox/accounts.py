"""Who may log in to a host: root, the service's app, and deploy who may do nothing special."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: uids from a range that Debian keeps free, so that no user of the machine owns a host's files
UIDS = {"app": 61001, "deploy": 61002}
SUDOERS = "app ALL=(ALL:ALL) NOPASSWD: ALL\n"


def passwd(text: str) -> str:
    lines = [
        f"{name}:x:{uid}:{uid}::/home/{name}:/bin/bash" for name, uid in UIDS.items()
    ]
    return _join(_others(text), lines)


def group(text: str) -> str:
    lines = [f"{name}:x:{uid}:" for name, uid in UIDS.items()]
    return _join([_without_members(line) for line in _others(text)], lines)


def shadow(text: str) -> str:
    """Give everybody a password that nothing matches; sshd turns a locked one away, key or not."""
    kept = [line for line in _others(text) if not line.startswith("root:")]
    return _join(kept, [f"{name}:*:19000:0:99999:7:::" for name in ("root", *UIDS)])


def install(etc: Path) -> None:
    """Write the accounts into a host's own /etc."""
    for name, edit in (("passwd", passwd), ("group", group), ("shadow", shadow)):
        file = etc / name
        file.write_text(edit(file.read_text()))
    shutil.rmtree(etc / "sudoers.d", ignore_errors=True)
    (etc / "sudoers.d").mkdir(mode=0o750)
    rules = etc / "sudoers.d" / "app"
    rules.write_text(SUDOERS)
    rules.chmod(0o440)


def make_homes(home: Path) -> None:
    for name, uid in UIDS.items():
        (home / name).mkdir(mode=0o755)
        os.chown(home / name, uid, uid)


def _others(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.split(":")[0] not in UIDS]


def _without_members(line: str) -> str:
    head, _, members = line.rpartition(":")
    return f"{head}:{','.join(m for m in members.split(',') if m not in UIDS)}"


def _join(*parts: list[str]) -> str:
    return "".join(f"{line}\n" for part in parts for line in part)
