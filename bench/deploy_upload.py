"""How fast 200 MB go to a host: by our scripts, and by a bare channel of the same connection."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fabric

from deploy.remote.connection import Connections
from deploy.remote.transport import Transport
from deploy.shell import Command, Script, Step

MEGABYTES = 200
SINK = "cat >/dev/null"
BLOCK = os.urandom(1 << 15)


def rates(ssh_config: Path, host: str) -> tuple[float, float]:
    """Give the best of three each, in megabytes a second: bare channel, script."""
    config = fabric.Config(runtime_ssh_path=str(ssh_config))
    with Connections(config) as connections:
        remote = connections.remote(host)
        script = Script((Step("", Command(SINK)),))

        def ours() -> None:
            remote.run(script, payload())

        transport, _ = remote.reach()
        pairs = [(_rate(lambda: raw(transport)), _rate(ours)) for _ in range(3)]
    return max(raw for raw, _ in pairs), max(ours for _, ours in pairs)


def raw(transport: Transport) -> None:
    with transport.open_session() as channel:
        channel.exec_command(SINK)
        for block in payload():
            channel.sendall(block)
        channel.shutdown_write()
        assert channel.recv_exit_status() == 0


def payload() -> Iterator[bytes]:
    for _ in range((MEGABYTES << 20) // len(BLOCK)):
        yield BLOCK


def _rate(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return MEGABYTES * 1.048576 / (time.perf_counter() - began)
