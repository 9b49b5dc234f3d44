"""A host's sshd: its keys and settings, its start, and what its log tells."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.plan import Plan

#: since this version, sshd keeps away an address that failed too often: all tests come from one
PENALTIES_SINCE = (9, 8)
SESSION = re.compile(r"^Starting session: ", re.MULTILINE)
LOGIN = re.compile(r"^Accepted publickey ", re.MULTILINE)

SETTINGS = """\
ListenAddress {address}
Port {port}
HostKey {etc}/ssh_host_ed25519_key
AuthorizedKeysFile {etc}/authorized_keys
PidFile none
LogLevel VERBOSE
AuthenticationMethods publickey
PermitRootLogin yes
UsePAM no
StrictModes no
UseDNS no
MaxStartups 1000
MaxSessions 1000
PrintMotd no
Subsystem sftp internal-sftp
"""


def make_key(file: Path) -> str:
    """Make a key pair and give its public half: the type and the key."""
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "sandbox", "-f"]
    subprocess.run([*words, file], check=True, stdin=subprocess.DEVNULL)
    return " ".join(file.with_suffix(".pub").read_text().split()[:2])


def configure(plan: Plan, user_key: str) -> str:
    """Write a host's keys and settings; give its public host key."""
    folder = plan.own("etc/ssh")
    host_key = make_key(folder / "ssh_host_ed25519_key")
    (folder / "authorized_keys").write_text(f"{user_key}\n")
    (folder / "sshd_config").write_text(settings(plan, _version()))
    return host_key


def settings(plan: Plan, version: tuple[int, int]) -> str:
    text = SETTINGS.format(
        address=plan.address, port=plan.port, etc=plan.seen("etc/ssh")
    )
    return text + ("PerSourcePenalties no\n" if version >= PENALTIES_SINCE else "")


def start(plan: Plan) -> None:
    """Start sshd, on the host; it leaves for the background before it listens."""
    config = str(plan.seen("etc/ssh/sshd_config"))
    subprocess.run([program(), "-f", config, "-E", plan.log("sshd")], check=True)


def program() -> str:
    """Find sshd, which insists on being started by its whole path."""
    found = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/local/sbin")
    if not found:
        raise SandboxError(
            "there is no sshd on this machine: apt-get install openssh-server"
        )
    return found


def is_listener(title: str) -> bool:
    return title.startswith("sshd:") and "[listener]" in title


def is_session(title: str) -> bool:
    return title.startswith(("sshd:", "sshd-")) and not is_listener(title)


def _version() -> tuple[int, int]:
    said = subprocess.run(
        ["ssh", "-V"], capture_output=True, text=True, check=True
    ).stderr
    found = re.match(r"OpenSSH_(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
