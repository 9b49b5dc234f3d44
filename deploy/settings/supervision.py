"""How the service is supervised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from deploy import supervisors, values
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Supervision:
    """How the service is supervised."""

    reloads: bool = setting(
        "Whether the service reloads itself on HUP; `reload` refuses otherwise.",
        values.yes_or_no,
        False,
    )
    supervisor: str = setting(
        "Which program supervises services on the hosts: `daemontools`, `runit` or `s6`.",
        values.one_of(*supervisors.SUPERVISORS),
        "daemontools",
    )
    use_sudo: bool = setting(
        "Whether root owns the service directory, as it should; without it the scan directory is the user's own.",
        values.yes_or_no,
        True,
    )
    scan_directory: PurePosixPath = setting(
        "The directory that the supervisor finds services in.",
        values.absolute_path,
        PurePosixPath("/etc/service"),
    )
    service_root: PurePosixPath = setting(
        "The directory that holds the service directories.",
        values.absolute_path,
        PurePosixPath("/var/lib/forklift"),
    )

    @property
    def supervised_by(self) -> supervisors.Supervisor:
        """The supervisor of the hosts, as it is called there."""
        return supervisors.SUPERVISORS[self.supervisor]
