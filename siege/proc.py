"""What /proc tells of the processes of a host, as the machine numbers them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def of_host(first: int) -> Iterator[int]:
    """Name the processes of a host besides its *first*, as the machine numbers them.

    By their name space: who descends from whom changes while it is read, and one that was left out
    of those that go on again after a freeze would stand still for ever.
    """
    space = link(first, "ns/pid")
    numbers = [int(e.name) for e in Path("/proc").iterdir() if e.name.isdecimal()]
    for each in numbers:
        if each != first and space and link(each, "ns/pid") == space:
            yield each


def children_first(numbers: Iterable[int]) -> list[int]:
    """Order processes so that none comes before one that descends from it."""
    parents = {each: parent(each) for each in numbers}

    def depth(each: int) -> int:
        return 1 + depth(parents[each]) if each in parents else 0

    return sorted(parents, key=depth, reverse=True)


def gone(running: Iterable[int], under: str) -> Iterator[str]:
    """Name what was removed below *under* while a process worked there, or was it."""
    for pid in running:
        for what in ("cwd", "exe"):
            path = link(pid, what)
            if under in path and path.endswith(" (deleted)"):
                yield f"{what} of “{title(pid)[:60]}”: {path}"


def inside(pid: int) -> int:
    """Tell the number that the process has on its host."""
    with suppress(OSError, IndexError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        told = [line for line in lines if line.startswith("NSpid:")]
        return int(told[0].split()[-1])
    return 0


def is_zombie(pid: int) -> bool:
    """Say whether it has ended, reaped or not."""
    return _status(pid)[0] == "Z"


def parent(pid: int) -> int:
    """Give the number of its parent; 0 if it has ended."""
    return int(_status(pid)[1])


def link(pid: int, name: str) -> str:
    """Tell where a link of it leads, such as ``cwd``; empty if it has ended."""
    try:
        return str(Path(f"/proc/{pid}/{name}").readlink())
    except OSError:
        return ""


def title(pid: int) -> str:
    """Give its arguments as ps would show them."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        return words.replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def _status(pid: int) -> list[str]:
    """Give state, parent and so on, of one that has ended as of a zombie of nobody's."""
    with suppress(OSError):
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        return status.rpartition(")")[2].split()
    return ["Z", "0"]
