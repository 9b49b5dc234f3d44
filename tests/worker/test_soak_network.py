"""The soak's network really fails: it cuts, keeps silent, is slow, and loses answers."""

import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.worker.support import until
from worker.soak.network import Network


@pytest.fixture
def heard():
    return []


@pytest.fixture
def network(heard):
    """A network before a server that answers each line with the same one."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = socket.socket(socket.AF_UNIX)
        server.bind(f"{folder}/s")
        server.listen()
        threading.Thread(target=serve, args=(server, heard), daemon=True).start()
        made = Network(Path(folder, "s"))
        made.start()
        yield made
        made.close()
        made.join(10)
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def serve(server, heard):
    while True:
        try:
            end, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=echo, args=(end, heard), daemon=True).start()


def echo(end, heard):
    with end:
        while data := end.recv(100):
            heard.append(data)
            end.sendall(data)


@pytest.fixture
def client(network):
    with socket.create_connection(("127.0.0.1", network.port), 10) as end:
        end.sendall(b"1")
        assert end.recv(1) == b"1"
        yield end


def is_silent(client):
    client.settimeout(0.2)
    try:
        return not client.recv(1)
    except socket.timeout:
        return True
    finally:
        client.settimeout(10)


def test_a_cut_breaks_what_is_open_and_new_connections_get_through(network, client):
    network.cut()
    with suppress(ConnectionResetError):
        assert client.recv(1) == b""
    with socket.create_connection(("127.0.0.1", network.port), 10) as again:
        again.sendall(b"2")
        assert again.recv(1) == b"2"


def test_a_silent_network_delivers_when_it_speaks_again(network, client, heard):
    network.stall()
    client.sendall(b"2")
    assert is_silent(client)
    assert heard == [b"1"]
    network.mend()
    assert client.recv(1) == b"2"


def test_a_question_whose_answer_is_lost_has_been_heard(network, client, heard):
    network.answers.clear()
    client.sendall(b"2")
    until(lambda: heard == [b"1", b"2"])
    assert is_silent(client)


def test_a_slow_network_takes_its_time_each_way(network, client):
    network.delay = 0.1
    started = time.monotonic()
    client.sendall(b"2")
    assert client.recv(1) == b"2"
    assert time.monotonic() - started >= 0.2


def test_a_server_that_is_down_refuses(network):
    network._server += "gone"
    end = socket.create_connection(("127.0.0.1", network.port), 10)
    with end, suppress(ConnectionError):
        end.sendall(b"2")
        assert end.recv(1) == b""
