"""A private MariaDB for the session; a fresh queue on each kind of store for each test."""

from __future__ import annotations

import pytest

from tests.worker.cluster import Cluster
from tests.worker.support import Mariadb, Running
from worker import Queue


@pytest.fixture(scope="session")
def mariadb():
    server = Mariadb()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def galera():
    cluster = Cluster()
    yield cluster
    cluster.stop()


ON_GALERA = pytest.param("galera", marks=pytest.mark.galera)


#: MySQL twice: with SKIP LOCKED, and as on a server where it does not lock
@pytest.fixture(
    params=["sqlite", "mysql", "mysql without SKIP LOCKED", ON_GALERA],
)
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    if request.param == "galera":
        return request.getfixturevalue("galera").url()
    server = request.getfixturevalue("mariadb")
    return server.url(skip_locked="no") if "without" in request.param else server.url()


@pytest.fixture(params=["mariadb", ON_GALERA])
def mysql_server(request):
    """A server, or a cluster, of those that the store for MySQL works on."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def queue(url):
    made = Queue(url)
    made.setup()
    yield made
    made.close()


@pytest.fixture
def mysql_queue(mysql_server):
    made = Queue(mysql_server.url())
    made.setup()
    yield made
    made.close()


@pytest.fixture
def url_of():
    """Give the URL of a queue, with its password if it has one: these queues have none."""
    return full_url


def full_url(queue):
    address = queue.address
    if address.kind == "sqlite":
        return str(address)
    options = "&".join(f"{name}={value}" for name, value in address.options)
    shown = f"{address}?{options}"
    if address.password:
        return shown.replace("@", f":{address.password}@", 1)
    return shown


@pytest.fixture
def run(tmp_path):
    """Start workers that do not outlive the test."""
    started: list[Running] = []

    def start(queue, *options, **env):
        started.append(Running(full_url(queue), tmp_path, *options, **env))
        return started[-1]

    yield start
    for each in started:
        each.clean_up()
