from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox, demo
from tests.acceptance.anns import Operator

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(hosts=("web1", "web2", "web3")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as its own git repository, with the wheels that its hosts install."""
    folder = tmp_path_factory.mktemp("product") / "sample"
    demo.make_product(folder)
    return folder


@pytest.fixture
def operator(sandbox: Sandbox, tmp_path: Path) -> Operator:
    """A project of its own, whose service no other test has, with all hosts."""
    return Operator(tmp_path, sandbox, f"service{next(_numbers)}")
