"""How long each host takes for a phase: what the history is told, and the operator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from deploy.remote.remote import Remote

T = TypeVar("T")

#: seconds that each host took
Seconds = dict[str, float]


def timed(act: Callable[[Remote], T], seconds: Seconds) -> Callable[[Remote], T]:
    """Have *act* add to *seconds* what it takes on each host, whether it succeeds or not."""

    def measured(remote: Remote) -> T:
        began = time.monotonic()
        try:
            return act(remote)
        finally:
            took = time.monotonic() - began
            seconds[remote.host] = seconds.get(remote.host, 0) + took

    return measured


def of_host(phases: Mapping[str, Seconds], host: str) -> Seconds:
    """Give the seconds of each phase that *host* has been through."""
    return {
        phase: round(seconds[host], 2)
        for phase, seconds in phases.items()
        if host in seconds
    }


def told(phases: Iterable[tuple[str, float]]) -> str:
    """Say the seconds of each phase: probe 0.2 s, prepare 1.3 s."""
    return ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in phases)
