"""What the tests of this room share: one sshd, and connections to it."""

from __future__ import annotations

import pytest

from deploy.remote.connection import Connections
from tests.deploy.sshd import Sshd, Wire


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    running = Sshd(tmp_path_factory.mktemp("sshd"))
    yield running
    running.stop()


@pytest.fixture
def make_sshd(tmp_path):
    made = []

    def make(**settings):
        made.append(Sshd(tmp_path / f"sshd{len(made)}", **settings))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture(autouse=True)
def _no_agent(monkeypatch):
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture
def connect():
    """Open connections that end with the test."""
    opened = []

    def connect(config, *args, **named):
        opened.append(Connections(config, *args, **named))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def remote(sshd, connect):
    return connect(sshd.config()).remote("web1")


@pytest.fixture
def wire(sshd):
    """Make a wire to the sshd, known under its own port."""
    made = []

    def make(cut_after=None):
        wire = Wire(sshd.port, cut_after)
        made.append(wire)
        with sshd.known_hosts.open("a") as known:
            known.write(sshd.known_line(wire.port))
        return wire

    yield make
    for each in made:
        each.close()
