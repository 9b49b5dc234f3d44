"""How much is grabbed and handed over at once."""

import errno
import gc
import os
import selectors
from pathlib import Path

import pytest

from tests.worker.support import exchange_of
from worker import Queue, places
from worker.crew import Crew
from worker.job import Done
from worker.journal import Journal
from worker.member import FITS, Member
from worker.register import Register
from worker.sharing import LARGEST, Sharing
from worker.spare import Pool
from worker.store.base import Grabbed
from worker.wear import Limits

TINY = Grabbed(1, 1, "a.B", "null", 1, 0, "default", 0, None, 0), Done(0.00001)


@pytest.fixture
def members():
    made = [Member(Limits()) for _ in range(10)]
    yield made
    for each in made:
        each.start(0)
        each.close()


def test_one_grab_stays_small_however_many_children_wait_for_tiny_jobs(
    members, tmp_path
):
    queue = Queue(f"sqlite:///{tmp_path / 'queue.db'}")
    crew = Crew(Register(), queue.store, places.make(Pool(), 1).of(0), Journal())
    sharing = Sharing(crew, exchange_of(queue))
    for _ in range(10):
        sharing.learn([TINY] * 5)
    crew.members = members[:1]
    assert 1 < sharing.wanted() < LARGEST
    crew.members = members
    assert sharing.wanted() == LARGEST


def test_a_fork_that_is_refused_leaves_no_descriptor_open(tmp_path, monkeypatch):
    def refuse():
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    queue = Queue(f"sqlite:///{tmp_path / 'queue.db'}")
    crew = Crew(Register(), queue.store, places.make(Pool(), 1).of(0), Journal())
    with selectors.DefaultSelector() as selector:
        before = len(list(Path("/proc/self/fd").iterdir()))
        monkeypatch.setattr(os, "fork", refuse)
        with pytest.raises(BlockingIOError):
            crew.fork(Limits(), selector, [])
        gc.collect()
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_is_said_to_fit_into_a_busy_childs_socket_does(members):
    connection = members[0].connection
    connection.setblocking(False)
    assert connection.send(b"." * FITS) == FITS
