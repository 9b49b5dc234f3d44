"""Make the targets of a run: what recipes work on."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from deploy.output.output import Output
from deploy.paths import Paths
from deploy.recipes.target import Target
from deploy.remote.fleet import Fleet
from deploy.remote.here import Operators
from deploy.rendering import Templates
from deploy.settings import Service


def targets(
    folder: Path,
    output: Output,
    here: Operators,
    task: str,
    fleets: Iterable[tuple[Service, tuple[Fleet, Fleet]]],
) -> list[Target]:
    """Make the target of each service over its fleets, for *task*; *folder* is the fabfile's."""
    began = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    operator = f"{getpass.getuser()}@{socket.gethostname()}"
    holder = f"{operator} (process {os.getpid()}) since {began}"
    templates = Templates(folder, os.environ)
    return [
        Target(
            Paths(service),
            fleet,
            others,
            templates,
            output,
            here,
            operator,
            task,
            holder,
        )
        for service, (fleet, others) in fleets
    ]
