"""How a run goes over several services and hosts."""

from __future__ import annotations

from dataclasses import dataclass

from deploy import values
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Rollout:
    """How a run goes over several services and hosts."""

    order: int = setting(
        "The place of the service in `fab deploy`: those with lower numbers are switched and restarted first, those with the same in the order of `project()`.",
        values.place,
        0,
    )
    batch_size: str = setting(
        "How many hosts are switched, restarted and verified together: a number, or a percentage such as `25%`; empty means all.",
        values.batch_size,
        "",
    )
    batch_wait: float = setting(
        "Seconds between one batch of hosts and the next.", values.seconds, 0.0
    )
    max_fail_percentage: int = setting(
        "How many per cent of the hosts may fail once switching has begun: they go back by themselves and are named, the others go on.",
        values.percentage,
        0,
    )
    confirm_timeout: float = setting(
        "Seconds without a word from the operator's side after which a host that was switched goes back by itself, until the run has confirmed it; 0 means never.",
        values.seconds_from_3,
        0.0,
    )
    unreachable: str = setting(
        "What a run does about hosts that cannot be reached when it begins: `stop`, or `skip` them and name them at the end.",
        values.one_of("stop", "skip"),
        "stop",
    )
