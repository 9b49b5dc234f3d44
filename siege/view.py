"""What was seen of a service on a host at one moment. Values alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from siege.trees import Tree


@dataclass(frozen=True)
class Process:
    """What supervise looks after; *start* names one start exactly."""

    start: str = ""
    up: bool = False
    #: the release that its working directory lies in
    release: str = ""


@dataclass(frozen=True)
class View:
    """One service on one host."""

    #: what `current` says; empty where there is none
    current: str = ""
    is_link: bool = True
    #: the manifest of each release that has one
    manifests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trees: Mapping[str, Tree] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()
    service: Process = Process()
    log: Process = Process()
    held: tuple[str, ...] = ()
    #: where a process's directory or program was removed under it
    gone: tuple[str, ...] = ()
    #: scripts of forklift that run
    scripts: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()

    @property
    def release(self) -> str:
        return self.current.rpartition("/")[2]

    @property
    def revision(self) -> str:
        return str(self.manifests.get(self.release, {}).get("revision", ""))

    def state(self, release: str) -> str:
        return str(self.manifests.get(release, {}).get("state", ""))


#: by service and host
Views = Mapping[tuple[str, str], View]
