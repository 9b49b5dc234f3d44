"""Where things live on a host. No other module joins a remote path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from deploy.hosts import Host
from deploy.release import Release
from deploy.settings import Service

#: where no host in particular is meant
NO_HOST = Host("")


@dataclass(frozen=True)
class Paths:
    """The places of one service, the same on each of its hosts; and the service as it is on one of them."""

    service: Service
    host: Host = NO_HOST

    def at(self, name: str) -> Paths:
        """Give the same places, with the settings that a host has of its own."""
        host = next(each for each in self.service.hosts if each.name == name)
        return Paths(self.service.on(host), host)

    @property
    def deploy_to(self) -> PurePosixPath:
        return self.service.deploy_to

    @property
    def releases(self) -> PurePosixPath:
        return self.deploy_to / "releases"

    @property
    def shared(self) -> PurePosixPath:
        return self.deploy_to / "shared"

    @property
    def current(self) -> PurePosixPath:
        return self.deploy_to / "current"

    @property
    def lock(self) -> PurePosixPath:
        return self.deploy_to / ".lock"

    @property
    def history(self) -> PurePosixPath:
        return self.deploy_to / "deploys.jsonl"

    @property
    def revisions_log(self) -> PurePosixPath:
        return self.deploy_to / "revisions.log"

    @property
    def maintenance(self) -> PurePosixPath:
        """A page that a web server shows in place of the service while it is there."""
        return self.shared / "maintenance.html"

    @property
    def mirror(self) -> PurePosixPath:
        """A bare mirror of the repository, where the source strategy wants one."""
        return self.deploy_to / "repo"

    def own(self) -> tuple[PurePosixPath, ...]:
        """Name all that is made in deploy_to."""
        hidden = (
            self.deploy_to / each for each in (".phase.lock", ".hold", ".unconfirmed")
        )
        places = (self.current, self.releases, self.shared, self.mirror)
        return (*places, self.history, self.revisions_log, self.lock, *hidden)

    def release(self, release: Release) -> PurePosixPath:
        return self.releases / release

    @property
    def service_directory(self) -> PurePosixPath:
        return self.service.service_root / self.service.name

    @property
    def env(self) -> PurePosixPath:
        """One file a secret, for envdir."""
        return self.service_directory / "env"

    @property
    def running(self) -> PurePosixPath:
        """Where ``run`` writes its process and the release that it entered."""
        return self.service_directory / "running"

    @property
    def scan_entry(self) -> PurePosixPath:
        return self.service.scan_directory / self.service.name
