"""A fixture for pytest: ``pytest_plugins = ["worker.fixtures"]`` in the conftest.py beside your tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.queue import Queue
from worker.testing import Workbench


@pytest.fixture
def workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A queue of the test's own, in a real SQLite file; QUEUE_URL points at it."""
    url = f"sqlite:///{tmp_path / 'queue.db'}?synchronous=normal"
    monkeypatch.setenv("QUEUE_URL", url)
    queue = Queue(url)
    queue.setup()
    yield Workbench(queue)
    queue.close()
