"""What holds for every test."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

# a shell or nohup may have what it starts ignore them, and so do all of its children
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

#: its tests wait for hosts, most others compute
WAITING = Path(__file__).parent / "acceptance"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the modules that wait among those that compute: tests that run at once then share the cores."""
    modules = [list(group) for _, group in groupby(items, lambda item: item.path)]
    waiting = [each for each in modules if WAITING in each[0].path.parents]
    others = [each for each in modules if WAITING not in each[0].path.parents]
    placed = [*_placed(waiting), *_placed(others)]
    items[:] = [item for _, module in sorted(placed, key=_place) for item in module]


def _placed(
    modules: list[list[pytest.Item]],
) -> Iterable[tuple[float, list[pytest.Item]]]:
    """Give each module its place between 0 and 1: where its middle lies among all of its kind."""
    total, before = sum(map(len, modules)), 0
    for each in modules:
        yield (before + len(each) / 2) / total, each
        before += len(each)


def _place(placed: tuple[float, list[pytest.Item]]) -> float:
    return placed[0]
