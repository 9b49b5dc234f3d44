"""What a host shows of a service: its link, its releases and every file in them, its processes, its locks.

Nothing of forklift's own code is asked: files and /proc are read from outside.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox import Host
from siege import proc, trees
from siege.view import Process, View

#: seconds between the second that TAI64 counts from and the epoch
TAI = (1 << 62) + 10


class Onlooker:
    """Looks at one host, from the machine that it runs on."""

    def __init__(self, host: Host, secret: str) -> None:
        self._host, self._secret = host, secret
        self._root = Path(f"/proc/{host.pid}/root")

    def view(self, service: str) -> View:
        home = self._root / "home/app/www" / service
        directory = self._root / "var/lib/forklift" / service
        running = list(proc.of_host(self._host.pid))
        current = home / "current"
        kept, unfinished = _releases(home / "releases")
        return View(
            current=str(current.readlink()) if current.is_symlink() else "",
            is_link=current.is_symlink() or not os.path.lexists(current),
            manifests=kept,
            trees={name: trees.tree(home / "releases" / name) for name in kept},
            unfinished=unfinished,
            service=_process(directory, running),
            log=_process(directory / "log", running),
            held=tuple(name for name in LOCKS if _is_held(home / name)),
            gone=tuple(sorted(proc.gone(running, f"/{service}/releases/"))),
            scripts=tuple(each for each in map(proc.title, running) if LOADER in each),
            leaks=tuple(sorted(self._leaks(home, directory))),
        )

    def is_quiet(self, service: str) -> bool:
        """Say whether no script of forklift runs, and nobody holds a lock."""
        home = self._root / "home/app/www" / service
        titles = map(proc.title, proc.of_host(self._host.pid))
        return not any(LOADER in each for each in titles) and not any(
            _is_held(home / name) for name in LOCKS
        )

    def shown_secrets(self) -> list[str]:
        """Name processes that show the secret to everybody in their arguments."""
        titles = map(proc.title, proc.of_host(self._host.pid))
        return [each for each in titles if self._secret in each]

    def _leaks(self, home: Path, directory: Path) -> Iterator[str]:
        """Name what shows the secret to others, and what root runs but others can write."""
        yield from self._told(home, directory)
        for path in _roots_own(directory):
            with suppress(OSError):
                found = path.lstat()
                if found.st_uid != 0 or found.st_mode & 0o022:
                    yield f"{path.relative_to(directory.parent)} can be written by others"
        for path in directory.glob("env/*"):
            with suppress(OSError):
                if path.stat().st_mode & 0o077 or path.parent.stat().st_mode & 0o077:
                    yield f"env/{path.name} can be read by others"

    def _told(self, home: Path, directory: Path) -> Iterator[str]:
        for path in (home / "deploys.jsonl", home / "revisions.log", *_logs(directory)):
            if path.exists() and self._secret in path.read_text(errors="replace"):
                yield f"{path.name} holds the secret"


LOCKS = (".lock", ".phase.lock", ".unconfirmed")
#: in the command line of every shell that takes a script
LOADER = 'eval "$(head -c '


def _logs(directory: Path) -> list[Path]:
    return [directory / "log/main/current", *directory.glob("log/main/@*")]


def _roots_own(directory: Path) -> list[Path]:
    names = ("", "run", "log", "log/run", "env", "supervise", "log/supervise")
    return [directory / each for each in names]


#: what is no release any more; if a fault leaves some of its files, whoever prunes next removes them
PRUNED = ".gone."


def _releases(folder: Path) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    kept, unfinished = {}, []
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        if each.name.startswith(PRUNED):
            continue
        try:
            kept[each.name] = json.loads((each / ".release.json").read_text())
        except (OSError, ValueError):
            unfinished.append(each.name)
        if (each / trees.TORN).exists():
            unfinished.append(f"{each.name}/{trees.TORN}")
    return kept, tuple(unfinished)


def _process(directory: Path, running: list[int]) -> Process:
    try:
        status = (directory / "supervise/status").read_bytes()
        seconds, nanos, pid = struct.unpack(">QI", status[:12]) + struct.unpack(
            "<I", status[12:16]
        )
    except (OSError, struct.error):
        return Process()
    found = [each for each in running if proc.inside(each) == pid] if pid else []
    up = bool(found) and not proc.is_zombie(found[0])
    cwd = proc.link(found[0], "cwd") if up else ""
    _, _, inside = cwd.partition("/releases/")
    return Process(f"{seconds - TAI}.{nanos} {pid}", up, inside.partition("/")[0])


def _is_held(file: Path) -> bool:
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
