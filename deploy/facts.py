"""What is known of one service on one host. Pure: the host is asked in commands/facts.py."""

from __future__ import annotations

from dataclasses import dataclass, field

from deploy.release import Manifest, Release


@dataclass(frozen=True)
class Supervised:
    """What is said of one directory by what supervises it, and from which release its process was started."""

    answers: bool = False
    up: bool = False
    pid: int = 0
    #: seconds since the epoch, by the host's clock
    started: int = 0
    want: str = ""
    paused: bool = False
    #: not up only between two deaths
    steady: bool = True
    release: str = ""
    #: a ``down`` file keeps it down at the next boot
    down_file: bool = False

    @property
    def healthy(self) -> bool:
        return self.answers and self.up and self.steady and not self.paused

    @property
    def word(self) -> str:
        """What an operator calls this state."""
        if not self.answers:
            return "not supervised"
        if self.up and not self.steady:
            return "flapping"
        if self.up and self.paused:
            return "paused"
        if self.up and self.want == "down":
            return "stopping"
        return "up" if self.up else "down"


@dataclass(frozen=True)
class HostFacts:
    """One service on one host, as it is now."""

    user: str = ""
    #: seconds since the epoch
    clock: int = 0
    #: empty where there is no such directory, ``writable``, or whose it is
    deploy_to: str = ""
    free_kib: int = 0
    free_inodes: int = 0
    current: Release | None = None
    #: what is wrong with the link: ``directory``, ``incomplete``
    current_is: str = ""
    manifests: tuple[Manifest, ...] = ()
    missing_tools: tuple[str, ...] = ()
    missing_files: tuple[str, ...] = ()
    #: these four are asked by a check alone
    missing_accounts: tuple[str, ...] = ()
    unwritable: tuple[str, ...] = ()
    #: whether releases lie on the file system of deploy_to
    one_filesystem: bool = True
    scanner: bool = True
    scan_directory: bool = True
    #: files of the service directory that are not what the templates make now
    differs: tuple[str, ...] = ()
    #: the deploy_to that the service directory was made for, if that is another
    belongs_to: str = ""
    service: Supervised = field(default_factory=Supervised)
    log: Supervised = field(default_factory=Supervised)
    #: why the host cannot read the repository; empty where it can, need not, or was not asked
    unreadable: str = ""
    #: who holds the deploy lock: ``mine``, a sentence, or empty where nobody was asked
    lock: str = ""
    #: who keeps everybody from deploying here, since when and why; empty where nobody does
    hold: str = ""
    #: whether the page of maintenance.on is there
    maintenance: bool = False
    #: the release that goes back by itself unless the operator's side confirms it; empty where none does
    unconfirmed: str = ""

    def serves(self, revision: str, made_of: str) -> bool:
        """Say whether a verified release of this revision and these settings is live, and up."""
        live = self.live
        return (
            live is not None
            and (live.state, live.revision, live.made_of)
            == ("verified", revision, made_of)
            and self.service.healthy
            and self.service.release == live.release
            and self.log.healthy
        )

    @property
    def live(self) -> Manifest | None:
        """The manifest of the current release."""
        return next((m for m in self.manifests if m.release == self.current), None)
