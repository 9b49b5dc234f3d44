import socket
import subprocess

import pytest

from sandbox import Sandbox


@pytest.fixture
def sandbox():
    with Sandbox(mariadb=False) as sandbox:
        yield sandbox


def ssh(sandbox, command):
    quick = ["-o", "ConnectTimeout=1", "-o", "ControlMaster=no"]
    return subprocess.Popen(
        ["ssh", "-F", sandbox.ssh_config, *quick, "web1", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_frozen_host_takes_connections_and_says_nothing(sandbox):
    host = sandbox.hosts["web1"]
    host.freeze()
    with socket.create_connection((host.address, host.port), timeout=5) as line:
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(1)
    host.thaw()
    with socket.create_connection((host.address, host.port), timeout=5) as line:
        assert line.recv(4) == b"SSH-"


def test_a_session_that_is_open_freezes_too(sandbox):
    host = sandbox.hosts["web1"]
    with ssh(sandbox, "echo up; read line; echo $line") as session:
        assert session.stdout.readline() == "up\n"
        host.freeze()
        session.stdin.write("heard\n")
        session.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            session.wait(timeout=0.3)
        host.thaw()
        assert session.communicate(timeout=10)[0] == "heard\n"


def test_a_host_that_refuses_keeps_open_sessions_and_can_listen_again(sandbox):
    host = sandbox.hosts["web1"]
    with ssh(sandbox, "echo up; read line; echo $line") as session:
        assert session.stdout.readline() == "up\n"
        host.refuse()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host.address, host.port), timeout=5)
        assert session.communicate("still here\n", timeout=10)[0] == "still here\n"
    host.restart_sshd()
    with ssh(sandbox, "echo again") as session:
        assert session.communicate(timeout=10)[0] == "again\n"


def test_a_cut_host_drops_its_sessions_and_takes_new_ones(sandbox):
    host = sandbox.hosts["web1"]
    with ssh(sandbox, "echo up; exec sleep 1000") as session:
        assert session.stdout.readline() == "up\n"
        host.cut()
        assert session.wait(timeout=10) == 255
        session.communicate()
    with ssh(sandbox, "echo again") as session:
        assert session.communicate(timeout=10)[0] == "again\n"
