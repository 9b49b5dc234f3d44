"""Which hosts are switched together, and which after them. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def cut(hosts: Sequence[str], size: str) -> list[tuple[str, ...]]:
    """Cut *hosts* into batches of *size*: a number, a percentage of them (rounded up), or empty for all."""
    number = _number(len(hosts), size)
    return [tuple(hosts[n : n + number]) for n in range(0, len(hosts), number)]


def may_go_on(failed: int, hosts: int, percent: int) -> bool:
    """Say whether so many of *hosts* may have failed; never all of them."""
    return failed < hosts and 100 * failed <= percent * hosts


def _number(hosts: int, size: str) -> int:
    if not size:
        return max(hosts, 1)
    if size.endswith("%"):
        # whole numbers: 30 % of 10 hosts are 3, whatever a float says
        return max(-(-hosts * int(size[:-1]) // 100), 1)
    return int(size)
