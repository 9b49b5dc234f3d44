"""Which address a host has: one of its own in 127.0.0.0/8, so that all can use the same ports."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping, Sequence


def pick(names: Sequence[str]) -> dict[str, str]:
    """Give each host a loopback address in a network that no other sandbox is likely to have."""
    dice = random.SystemRandom()
    network = f"127.{dice.randint(1, 254)}.{dice.randint(1, 254)}"
    return {name: f"{network}.{number}" for number, name in enumerate(names, 1)}


def free_port(address: str) -> int:
    """Find a port that nobody listens on at an address."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def hosts_file(network: Mapping[str, str], own: str) -> str:
    """Spell out a host's /etc/hosts: it is ``localhost`` to itself, as a real one is."""
    lines = [f"{address} {name}" for name, address in network.items()]
    return "\n".join([f"{network[own]} localhost", *lines, ""])
