"""Where a URL names several servers, the first that serves us is used."""

import socket

import pytest

from tests.worker.support import Mariadb, grab, settle, states
from worker import Queue, QueueUnreachable

ECHO = "tests.worker.jobs.Echo"
#: PyMySQL 1.2.4 does not close its socket when connecting fails
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def free_port():
    with socket.socket() as knock:
        knock.bind(("127.0.0.1", 0))
        return knock.getsockname()[1]


@pytest.fixture(scope="module")
def pair():
    """Two servers, each with its port; they know nothing of each other."""
    servers = []
    for _ in range(2):
        server, port = Mariadb(), free_port()
        servers.append((server, port))
        server.kill()
        server.start(
            "--skip-networking=OFF", "--bind-address=127.0.0.1", f"--port={port}"
        )
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("GRANT ALL ON *.* TO root@'127.0.0.1'")
    yield servers
    for server, _ in servers:
        server.stop()


def url(name, *ports):
    return f"mysql://root@{','.join(f'127.0.0.1:{port}' for port in ports)}/{name}"


def only(queue_url):
    """Count what a single server has."""
    queue = Queue(queue_url)
    try:
        return states(queue)
    finally:
        queue.close()


def test_a_server_that_is_gone_is_passed_over(pair):
    (_, port), _ = pair
    queue = Queue(url("gone", free_port(), port))
    queue.setup()
    queue.enqueue(ECHO)
    (job,) = grab(queue)
    assert settle(queue, job)
    queue.close()


def test_a_server_that_is_read_only_is_passed_over_while_it_is(pair):
    (first, one), (_, two) = pair
    for port in (one, two):
        Queue(url("turns", port)).setup()
    with first.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL read_only = 1")
        queue = Queue(url("turns", one, two))
        queue.enqueue(ECHO)
        cursor.execute("SET GLOBAL read_only = 0")
    assert only(url("turns", two)) == {"ready": 1}
    queue.close()
    fresh = Queue(url("turns", one, two))
    fresh.enqueue(ECHO)
    assert only(url("turns", one)) == {"ready": 1}
    fresh.close()


def test_when_the_server_breaks_off_the_next_is_asked_before_it_is_asked_again(pair):
    (first, one), (_, two) = pair
    for port in (one, two):
        Queue(url("breaks", port)).setup()
    queue = Queue(url("breaks", one, two))
    queue.enqueue(ECHO)
    with first.connect() as connection, connection.cursor() as cursor:
        cursor.execute("KILL %s", (queue.store._link.connection().thread_id(),))
    queue.enqueue(ECHO)
    assert only(url("breaks", one)) == only(url("breaks", two)) == {"ready": 1}
    queue.close()


def test_where_none_serves_the_last_ones_words_are_said():
    queue = Queue(url("none", free_port(), free_port()))
    with pytest.raises(QueueUnreachable, match=r"127\.0\.0\.1:\d+,127.*cannot be used"):
        queue.enqueue(ECHO)
    queue.close()
