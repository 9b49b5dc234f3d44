"""When what runs counts as up, as stopped and as well."""

from __future__ import annotations

from dataclasses import dataclass

from deploy import values
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Process:
    """When what runs counts as up, as stopped and as well."""

    settle: float = setting(
        "Seconds that a new process has to stay up before it counts as up.",
        values.seconds,
        5.0,
    )
    stop_timeout: float = setting(
        "Seconds that the service may take to end after TERM.", values.seconds, 60.0
    )
    health_check: str = setting(
        "A shell command on the host, in the release, that exits with 0 once the service answers, or an `http://` address that is asked there; tried for `settle` seconds more.",
        values.text,
        "",
    )
    listen: tuple[str, ...] = setting(
        "Addresses that stay open across restarts: the program gets them as sockets, and a new process serves before the old one ends, so that no request is lost.",
        values.addresses,
        (),
    )
