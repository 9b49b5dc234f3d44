"""Which service it is, and where it lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from deploy import host_checks, values
from deploy.hosts import Host
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Place:
    """Which service it is, and where it lives."""

    name: str = setting(
        "The service's name: its fab namespace and its entry in the scan directory.",
        values.service_name,
        may_wait=False,
    )
    deploy_to: PurePosixPath = setting(
        "The directory on each host that holds `releases`, `shared` and `current`.",
        values.absolute_path,
    )
    start: str = setting(
        "The program that the service runs, as a shell command in the release; it stays in the foreground.",
        values.program,
    )
    user: str = setting(
        "The Unix account that logs in and owns the releases.", values.account
    )
    hosts: tuple[Host, ...] = setting(
        "The machines, as ssh names them, `host`, `user@host` or `user@host:port`; or as `Host`s, with roles.",
        host_checks.hosts,
        (),
    )
    inventory: str | Callable[[], Any] = setting(
        "Where more hosts stand: a YAML or JSON file, seen from the fabfile's folder, or a function that gives them.",
        values.text_or_function,
        "",
        # a function stays: what it gives is laid behind hosts
        may_wait=False,
    )
    run_as: str = setting(
        "The account that the service runs as; empty means `user`.",
        values.optional_account,
        "",
    )
