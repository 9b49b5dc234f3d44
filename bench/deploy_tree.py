"""A large tree: its first deploy, and a small change where unchanged files are links, against archive and tar."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.deploy_rig import Rig
from bench.limits import judge, tell

FILES, BYTES = 20_000, 10_000
FLOOR = 'git archive --format=tar HEAD | tar -xof - -C "$0"'


def large(here: Rig, rounds: int) -> None:
    """Deploy 20,000 files of 200 MB, of which half compress, as a first release and as one with a small change."""
    fill(here.folder)
    here.declare(hard_links=True)
    # packed as a clone is, and not beside what is measured, as git does it by itself
    here.git("config", "gc.auto", "0")
    here.commit()
    here.git("gc", "--quiet")
    floor, first, change = [], [], []
    for _ in range(rounds):
        floor.append(archived(here))
        here.fab("bench.setup")
        first.append(here.fab("bench.deploy").wall)
        here.change()
        here.rest()
        change.append(here.fab("bench.deploy").wall)
        here.fab("bench.remove", "--purge")
    tell("git archive | tar x", floor)
    tell("first deploy", first)
    tell("small change, with links", change)
    once = statistics.median(floor)
    judge("first / archive and tar", statistics.median(first) / once, 1)
    judge("change / archive and tar", statistics.median(change) / once, 0.2)


def fill(folder: Path) -> None:
    for number, content in enumerate(contents()):
        file = folder / f"large{number % 200}" / f"file{number}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)


def contents() -> Iterator[bytes]:
    for number in range(FILES):
        text = b"a line of a program, such as this one %d\n" % number
        yield os.urandom(BYTES) if number % 2 else text * (BYTES // len(text))


def archived(here: Rig) -> float:
    with tempfile.TemporaryDirectory(dir=here.sandbox.folder) as unpacked:
        return here.run(["sh", "-c", FLOOR, unpacked]).wall
