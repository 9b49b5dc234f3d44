"""Which ports of loopback are free."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress


def free_ports(count: int) -> list[int]:
    """Find ports of loopback that nobody has; below those that the kernel gives to outgoing connections."""
    found: list[int] = []
    with ExitStack() as stack:
        while len(found) < count:
            knock = stack.enter_context(socket.socket())
            with suppress(OSError):
                knock.bind(("127.0.0.1", random.randrange(10_000, 32_000)))  # noqa: S311 # any
                found.append(knock.getsockname()[1])
    return found
