"""A session with each host, or one sentence that says why not and what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from deploy.errors import CannotConnect, HostError, ScriptFailed, Unreachable
from deploy.remote import packets
from deploy.remote.connection import Connections
from deploy.remote.fleet import Fleet
from deploy.remote.loader import Account, killing, starting
from deploy.remote.transport import Transport
from deploy.shell import Command, Question, Script, Step, text_of
from tests.deploy.sshd import free_port, make_key
from tests.deploy.waiting import wait_for

HELLO = Question("echo hello", str.strip)


def refused(connections, host="web1"):
    with pytest.raises(CannotConnect) as caught:
        connections.remote(host).ask(HELLO)
    return str(caught.value)


def test_a_name_that_does_not_resolve(sshd, connect):
    said = refused(connect(sshd.config(HostName="no-such-host.invalid")))
    assert said.startswith("web1: the name no-such-host.invalid does not resolve")


def test_a_port_where_nothing_listens(sshd, connect):
    port = free_port()
    said = refused(connect(sshd.config(Port=port)))
    assert said.startswith(f"web1: nothing listens on 127.0.0.1 port {port}")


def test_a_host_that_accepts_and_stays_silent(sshd, connect):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        said = refused(connect(sshd.config(Port=port, ConnectTimeout=1)))
        assert time.monotonic() - began < 10
    assert f"127.0.0.1 port {port} accepted the connection" in said
    assert "within 1 s" in said


def test_the_patience_of_fabrics_configuration_counts(sshd, connect):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        overrides = {"timeouts": {"connect": 2}}
        config = sshd.config(Port=silent.getsockname()[1], overrides=overrides)
        assert "within 2 s" in refused(connect(config))


def test_a_service_that_is_no_sshd(sshd, connect):
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet():
            near, _ = other.accept()
            with near:
                near.sendall(b"HTTP/1.1 400 Bad Request\r\n" * 200)
                near.recv(1000)

        threading.Thread(target=greet, daemon=True).start()
        said = refused(connect(sshd.config(Port=other.getsockname()[1])))
    assert "is it sshd that listens there?" in said


def test_no_key_accepted_names_the_login_and_what_was_tried(sshd, connect, tmp_path):
    wrong = tmp_path / "wrong"
    make_key(wrong)
    secret = tmp_path / "secret"
    make_key(secret, "pass")
    files = f"{wrong}\n IdentityFile {secret}\n IdentityFile {tmp_path}/none"
    said = refused(connect(sshd.config(IdentityFile=files)))
    assert f"the login {sshd.user} was refused" in said
    assert f"{wrong}, {secret} (is encrypted; add it to the agent)" in said
    assert f"{tmp_path}/none (does not exist)" in said
    assert "ssh-copy-id" in said


def test_a_login_that_was_refused_is_not_tried_again(make_sshd, connect, tmp_path):
    sshd, wrong = make_sshd(), tmp_path / "wrong"
    make_key(wrong)
    refused(connect(sshd.config(IdentityFile=wrong)))
    wait_for(lambda: connected(sshd) == 0)
    assert sshd.logged("Failed publickey") == 1


def test_a_passphrase_given_to_fabric_opens_the_key(connect, make_sshd):
    own = make_sshd()
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-N", "pass", "-f", own.folder / "user_key"],
        check=True,
    )
    config = own.config(overrides={"connect_kwargs": {"passphrase": "pass"}})
    assert connect(config).remote("web1").ask(HELLO) == "hello"


@pytest.fixture
def agent(tmp_path, monkeypatch):
    path = tmp_path / "agent"
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
    process = subprocess.Popen(
        ["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL
    )
    # 2: no agent; 1: an agent without keys
    wait_for(
        lambda: subprocess.run(["ssh-add", "-l"], capture_output=True).returncode == 1
    )
    yield path
    process.terminate()
    process.wait()


@pytest.mark.usefixtures("agent")
def test_a_key_of_the_agent_opens_the_door(sshd, connect):
    subprocess.run(["ssh-add", "-q", sshd.folder / "user_key"], check=True)
    config = sshd.config(IdentityFile=None, IdentitiesOnly=None)
    assert connect(config).remote("web1").ask(HELLO) == "hello"


@pytest.mark.usefixtures("agent")
def test_identities_only_keeps_the_agents_other_keys_back(sshd, connect, tmp_path):
    subprocess.run(["ssh-add", "-q", sshd.folder / "user_key"], check=True)
    other = tmp_path / "other"
    make_key(other)
    assert "was refused" in refused(connect(sshd.config(IdentityFile=other)))
    half = tmp_path / "half.pub"
    half.write_bytes((sshd.folder / "user_key.pub").read_bytes())
    by_half = sshd.config(IdentityFile=tmp_path / "half")
    assert connect(by_half).remote("web1").ask(HELLO) == "hello"


def test_an_agent_that_does_not_answer_delays_a_run_only_shortly(
    sshd, connect, tmp_path, monkeypatch
):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "stale"))
        stale.listen(5)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "stale"))
        began = time.monotonic()
        config = sshd.config(IdentitiesOnly=None)
        assert connect(config).remote("web1").ask(HELLO) == "hello"
        assert time.monotonic() - began < 5


def test_the_callers_user_is_the_last_to_be_taken(sshd, connect):
    config = sshd.config(User=None)
    assert connect(config, "ann")._link(("web1",)).user == "ann"
    assert connect(config, "ann")._link(("bob@web1",)).user == "bob"
    assert connect(sshd.config(User="eve"), "ann")._link(("web1",)).user == "eve"
    assert connect(config)._link(("web1",)).user == sshd.user


def test_the_host_may_be_written_with_user_and_port(sshd, connect):
    config = sshd.config("127.0.0.1", User=None, Port=None)
    host = f"{sshd.user}@127.0.0.1:{sshd.port}"
    assert connect(config).remote(host).ask(HELLO) == "hello"


def many(sshd, count):
    return "".join(sshd.ssh_config(f"web{n}") for n in range(count))


@pytest.mark.parametrize("limit", ["10", "3:30:10"])
def test_thirty_hosts_at_once_pass_an_sshd_that_sheds_load(make_sshd, connect, limit):
    narrow = make_sshd(MaxStartups=limit)
    connections = connect(narrow.config(text=many(narrow, 30)))
    fleet = Fleet(
        [connections.remote(f"web{n}") for n in range(30)], connections.cancel
    )
    results = fleet.each(lambda remote: remote.ask(HELLO))
    assert results.failed == {}
    assert list(results.ok.values()) == ["hello"] * 30


def test_a_login_that_is_refused_and_a_wrong_key_are_tried_once(
    sshd, connect, wire, tmp_path
):
    make_key(tmp_path / "other")
    line, known = wire(), tmp_path / "known"
    refused(connect(sshd.config(Port=line.port, IdentityFile=tmp_path / "other")))
    assert line.connections() == 1
    # a wire of its own: the end of a connection cuts all others of its wire
    line = wire()
    key = (tmp_path / "other.pub").read_text().split()
    known.write_text(f"[127.0.0.1]:{line.port} {key[0]} {key[1]}\n")
    refused(connect(sshd.config(Port=line.port, UserKnownHostsFile=known)))
    assert line.connections() == 1


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"HostName": "no-such-host.invalid"}, CannotConnect),
        ({"IdentityFile": "/dev/null"}, CannotConnect),
        ({"UserKnownHostsFile": "/dev/null"}, CannotConnect),
        ({"Port": 1}, Unreachable),
        ({"ProxyCommand": "false"}, Unreachable),
    ],
)
def test_a_host_that_is_out_of_reach_is_told_from_one_that_is_not_right(
    sshd, connect, wrong, kind
):
    with pytest.raises(CannotConnect) as caught:
        connect(sshd.config(**wrong)).remote("web1").ask(HELLO)
    assert caught.type is kind


def jumping(sshd, gateway, count):
    hosts = "".join(
        sshd.ssh_config(f"web{n}", ProxyJump="bastion") for n in range(count)
    )
    return hosts + gateway.ssh_config("bastion")


def test_hosts_behind_one_gateway_share_its_connection(make_sshd, connect):
    sshd, gateway = make_sshd(), make_sshd()
    connections = connect(sshd.config(text=jumping(sshd, gateway, 5)))
    fleet = Fleet([connections.remote(f"web{n}") for n in range(5)], connections.cancel)
    assert len(fleet.each(lambda remote: remote.ask(HELLO)).ok) == 5
    assert gateway.logged("Accepted publickey") == 1
    assert sshd.logged("Accepted publickey") == 5


def test_a_gateways_key_is_checked_too(make_sshd, connect):
    sshd, gateway = make_sshd(), make_sshd()
    gateway.known_hosts.write_text("")
    said = refused(connect(sshd.config(text=jumping(sshd, gateway, 1))), "web0")
    assert said.startswith("web0: its gateway cannot be reached: bastion: the host key")
    assert gateway.logged("Accepted") == 0


def test_a_host_that_its_gateway_cannot_reach(make_sshd, connect):
    sshd, gateway = make_sshd(), make_sshd()
    text = sshd.ssh_config("web0", ProxyJump="bastion", Port=free_port())
    said = refused(
        connect(sshd.config(text=text + gateway.ssh_config("bastion"))), "web0"
    )
    assert "the gateway cannot reach 127.0.0.1 port" in said


def test_a_gateway_that_covers_itself_is_no_loop(make_sshd, connect):
    gateway = make_sshd()
    text = "Host *\n  ProxyJump bastion\n" + gateway.ssh_config("bastion")
    connections = connect(gateway.config(text=text))
    assert connections.remote("bastion").ask(HELLO) == "hello"


def test_a_proxy_command_is_honoured(sshd, connect):
    config = sshd.config(
        ProxyCommand="/usr/sbin/sshd -i -f " + str(sshd.folder / "sshd_config")
    )
    assert connect(config).remote("web1").ask(HELLO) == "hello"


def test_nothing_is_opened_before_the_first_script(make_sshd, connect):
    sshd = make_sshd()
    remote = connect(sshd.config()).remote("web1")
    assert sshd.logged("Accepted publickey") == 0
    for _ in range(3):
        remote.ask(HELLO)
    assert sshd.logged("Accepted publickey") == 1


def test_a_connection_that_was_begun_is_the_one_that_scripts_use(make_sshd, connect):
    sshd = make_sshd()
    connections = connect(sshd.config())
    connections.begin(["web1"])
    wait_for(lambda: connected(sshd) == 1)
    assert connections.remote("web1").ask(HELLO) == "hello"
    assert connected(sshd) == 1


def test_a_host_that_was_not_reached_early_is_not_waited_for_again(sshd, connect):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        connections = connect(sshd.config(Port=port, ConnectTimeout=1))
        connections.begin(["web1"])
        caller, _ = silent.accept()
        with caller:
            said = refused(connections)
        assert f"127.0.0.1 port {port} accepted the connection" in said
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()


def connected(sshd):
    """Count the processes that sshd has for its connections."""
    words = ["ps", "-o", "pid=", "--ppid", str(sshd.pid)]
    return len(subprocess.run(words, capture_output=True, text=True).stdout.split())


def open_transports():
    return {each for each in threading.enumerate() if isinstance(each, Transport)}


def test_the_end_of_a_run_leaves_no_connection(make_sshd):
    sshd = make_sshd()
    before = open_transports()
    with Connections(sshd.config(text=many(sshd, 4))) as connections:
        for n in range(4):
            connections.remote(f"web{n}").ask(HELLO)
        assert len(open_transports() - before) == 4
        assert connected(sshd) == 4
    wait_for(lambda: open_transports() <= before)
    wait_for(lambda: connected(sshd) == 0)


def test_a_connection_that_is_closed_wakes_who_waits_for_more(sshd, monkeypatch):
    monkeypatch.setattr(packets, "LOOK", 3600)
    before = open_transports()
    with Connections(sshd.config()) as connections:
        connections.remote("web1").ask(HELLO)
        (opened,) = open_transports() - before
        # the host has nothing more to say, and the thread waits
        wait_for(lambda: len(vars(opened)["_channels"]) == 0)
        wait_for(lambda: where(opened) == "recv")
    wait_for(lambda: not opened.is_alive())


def where(thread):
    return sys._current_frames()[thread.ident].f_code.co_name


def whoami(connections, **named):
    answer = connections.remote("web1", **named)
    return answer.ask(Question("id -un; pwd; echo $HOME", str.split))


def test_root_becomes_the_user_of_the_service(sshd, connect):
    connections = connect(sshd.config())
    if os.geteuid() == 0:
        assert whoami(connections, user="nobody")[0] == "nobody"
        with pytest.raises(HostError, match="web1: there is no user nosuchuser"):
            whoami(connections, user="nosuchuser")
    assert whoami(connections, user=sshd.user)[0] == sshd.user
    assert whoami(connections)[0] == sshd.user


@pytest.fixture
def open_to_all():
    """A folder that any account may write to; pytest closes its own to others."""
    with tempfile.TemporaryDirectory(prefix="forklift-test-") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_root_ends_what_the_user_of_the_service_runs(sshd, connect, open_to_all):
    pid = open_to_all / "pid"
    user = "nobody" if os.geteuid() == 0 else sshd.user
    remote = connect(sshd.config()).remote("web1", user)
    with pytest.raises(HostError, match="did not end within"):
        remote.run(
            Script((Step("s", Command(f"echo $$ >{pid}; sleep 1000")),)), deadline=0.5
        )
    wait_for(lambda: not Path(f"/proc/{pid.read_text().strip()}").exists())


def loaded(account, text, **options):
    script = text_of(Question(text, str)).encode()
    command = starting(len(script), account, as_root=True)
    return subprocess.run(
        ["sh", "-c", command],
        input=script + b"rest",
        capture_output=True,
        timeout=20,
        **options,
    )


def test_a_login_that_may_not_sudo_reads_which_rule_it_needs():
    nobody = {"user": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    if not nobody and may_sudo():
        return
    done = loaded(Account("nobody"), "echo in", **nobody)
    assert done.returncode == 97
    assert b"in" not in done.stdout
    assert done.stderr.decode() == (
        "\x1e!nobody may not become root without a password; let a file in /etc/sudoers.d say: "
        "nobody ALL=(root) NOPASSWD: /bin/sh\n"
    )


def test_the_sentence_of_the_loader_is_what_the_operator_reads(sshd, connect):
    remote = connect(sshd.config()).remote("web1", "no such user")
    root, sudo = os.geteuid() == 0, may_sudo()
    if root:
        expected = "web1: there is no user no such user"
    else:
        expected = f"web1: {sshd.user} may not become root without a password"
    if root or not sudo:
        with pytest.raises(ScriptFailed) as caught:
            remote.run(Script((Step("s", Command("true")),)), as_root=not root)
        assert str(caught.value).startswith(expected)


def may_sudo():
    words = ["sudo", "-n", "/bin/sh", "-c", ":"]
    return subprocess.run(words, capture_output=True).returncode == 0


def test_under_sudo_the_script_gets_its_payload():
    expected = b"0\nrest" if may_sudo() else b""
    assert loaded(Account("someone"), "id -u; cat").stdout == expected


def test_only_where_ssh_does_not_signal_a_command_does():
    assert killing(7, "TERM", Account("ann"), as_root=False) is None
    assert killing(0, "TERM", Account("root"), as_root=False) is None
    assert "kill -s TERM" in killing(7, "TERM", Account("root", "app"), as_root=False)
    assert killing(7, "TERM", Account("ann"), as_root=True).startswith("sudo -n ")


def test_no_connection_writes_into_the_configuration_that_all_read(sshd, connect):
    config = sshd.config()
    connections = connect(config)
    merged = vars(config)["_config"]
    connections.remote("web1").ask(HELLO)
    assert vars(config)["_config"] is merged
