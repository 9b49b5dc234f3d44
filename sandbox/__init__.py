"""Throwaway hosts on this machine: a real sshd, supervisor and MariaDB each test, demo or measurement can have for itself.

with Sandbox(hosts=("web1", "web2")) as sandbox:
    subprocess.run(["ssh", "-F", sandbox.ssh_config, "web1", "hostname"])
"""

from __future__ import annotations

from sandbox.errors import SandboxError
from sandbox.host import Host
from sandbox.mariadb import MariaDB
from sandbox.sandbox import Sandbox

__all__ = ["Host", "MariaDB", "Sandbox", "SandboxError"]
