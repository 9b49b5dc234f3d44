"""A keeper under a real supervise: the sockets stay open whatever becomes of the processes that serve."""

import json
import os
import signal
import socket
import sys
import time

import pytest

from bench.web_load import Load, ask
from deploy.commands import releases, setup, supervise
from deploy.facts import HostFacts, Supervised
from tests.deploy.commands import supervised

OLD, NEW, NEWER = (f"2026112309450{n}-1a2b3c4" for n in range(3))

#: two processes that answer with the release, after a moment; TERM lets them finish what they have begun
SERVER = """\
import os, signal, socket, time
assert os.environ["LISTEN_PID"] == str(os.getpid()), "the sockets are meant for another process"
sockets = [socket.socket(fileno=3 + n) for n in range(int(os.environ["LISTEN_FDS"]))]
release, going = os.path.basename(os.getcwd()), True
def stop(*_):
    global going
    going = False
    if children:
        [os.kill(each, signal.SIGTERM) for each in children]
children = []
signal.signal(signal.SIGTERM, stop)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
for _ in range(2):
    child = os.fork()
    if not child:
        children = []
        break
    children.append(child)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
if children:
    for each in children:
        os.waitpid(each, 0)
    raise SystemExit(0)
sockets[0].settimeout(0.05)
while going:
    try:
        connection = sockets[0].accept()[0]
    except socket.timeout:
        continue
    connection.settimeout(5)
    connection.recv(1000)
    time.sleep(0.01)
    head = f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(release)}\\r\\n\\r\\n"
    connection.sendall((head + release).encode())
    connection.close()
"""
SERVE = f"exec {sys.executable} ../../server.py"
DEAD = "echo why it died >&2; sleep 0.1; exit 3"
STUBBORN = "trap '' TERM\nwhile :; do sleep 0.1; done"


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def web(host, port):
    host.deploy_to.joinpath("server.py").write_text(SERVER)
    made = supervised.Supervised(host.with_settings(listen=[f"127.0.0.1:{port}"]))
    yield made
    made.end()


def served(web, program=SERVE, name=OLD):
    """Begin the service, and wait until its keeper has noted who serves."""
    web.release(name, program)
    web.current(name)
    web.begin()
    web.until(lambda: web.served_by()[1] == name)
    # a keeper as old as `run` itself is restarted: nobody knows which was first
    past = time.time() - 60
    for each in ("run", "env"):
        os.utime(web.host.service / each, (past, past))
    return web


def restarting(web, name=NEW, program=SERVE):
    web.release(name, program)
    web.current(name)
    return web.host.send(supervise.restart(web.host.paths, name))


def served_since(web, load):
    """Wait for requests that begin from now on; gives the releases that answer them."""
    now = time.monotonic()
    web.until(lambda: [each for each in load.answers if each.asked_at > now])
    return {each.body for each in load.answers if each.asked_at > now}


def test_no_request_is_lost_while_one_release_takes_over_from_another(web, port):
    served(web)
    keeper = web.pid()
    with Load(("127.0.0.1", port)) as load:
        web.until(lambda: load.answers)
        for name in (NEW, NEWER):
            ended = restarting(web, name)
            assert ended.status == 0, ended
            assert served_since(web, load) == {name}
    assert load.lost == []
    assert (web.pid(), web.served_by()[1]) == (keeper, NEWER)


def test_a_restart_of_the_same_release_is_a_new_process(web):
    served(web)
    before = web.served_by()
    assert web.host.send(supervise.restart(web.host.paths, OLD)).status == 0
    assert web.served_by()[0] not in (0, before[0])
    assert not os.path.exists(f"/proc/{before[0]}")  # noqa: PTH110


def test_a_release_that_does_not_stay_up_interrupts_nothing(web, port):
    served(web)
    before = web.served_by()
    with Load(("127.0.0.1", port)) as load:
        ended = restarting(web, NEW, DEAD)
    assert ended.status == 70
    assert "the new process does not stay up" in ended.err
    assert "why it died" in ended.err
    assert load.lost == []
    assert {each.body for each in load.answers} == {OLD}
    assert web.served_by() == before


def going_live(web, program=SERVE, **settings):
    """Have NEW go live after OLD, with settings of its own."""
    web.host = web.host.with_settings(**settings)
    new = web.release(NEW, program, "ready")
    before = HostFacts(current=OLD, service=Supervised(up=True))
    return web.host.send(releases.go_live(web.host.paths, new, before))


def test_a_deploy_of_what_does_not_stay_up_leaves_what_serves_untouched(web, port):
    served(web)
    before = web.served_by()
    with Load(("127.0.0.1", port)) as load:
        ended = going_live(web, DEAD)
    assert ended.status == 72, ended
    assert f"undone: {OLD} is current again" in ended.sentence
    assert web.host.current.readlink().name == OLD
    assert web.served_by() == before
    assert load.lost == []


def test_a_deploy_that_fails_its_health_check_is_handed_back(web, port):
    served(web)
    check = 'test "$(basename "$(pwd -P)")" = ' + OLD
    with Load(("127.0.0.1", port)) as load:
        ended = going_live(web, health_check=check)
    assert ended.status == 72, ended
    assert web.served_by()[1] == OLD
    assert load.lost == []
    assert load.answers[-1].body == OLD


def test_what_does_not_end_is_reported_and_not_killed(web):
    web.host = web.host.with_settings(stop_timeout=1)
    served(web, STUBBORN)
    before, _ = web.served_by()
    ended = restarting(web)
    assert ended.status == 70
    assert f"process {before} got TERM and has not ended" in ended.err
    os.kill(before, signal.SIGKILL)
    web.until(lambda: web.served_by()[1] == NEW)


def test_a_keeper_that_is_killed_takes_what_serves_with_it(web, port):
    served(web)
    keeper, (child, _) = web.pid(), web.served_by()
    os.kill(keeper, signal.SIGKILL)
    web.until(lambda: web.served_by()[0] not in (0, child))
    assert web.pid() != keeper
    assert ask(("127.0.0.1", port)).body == OLD


def test_what_ends_by_itself_is_started_anew_by_supervise(web, port):
    served(web)
    # its children serve, and would go on at the same sockets
    assert ask(("127.0.0.1", port)).body == OLD
    keeper, (child, _) = web.pid(), web.served_by()
    os.kill(child, signal.SIGKILL)
    web.until(lambda: web.served_by()[0] not in (0, child))
    assert web.pid() != keeper
    assert "ended by itself: killed by SIGKILL" in web.said()


def test_stopping_ends_the_keeper_and_what_serves(web, port):
    served(web)
    child, _ = web.served_by()
    assert web.host.send(supervise.stop(web.host.paths)).status == 0
    assert not os.path.exists(f"/proc/{child}")  # noqa: PTH110
    with pytest.raises(ConnectionRefusedError):
        ask(("127.0.0.1", port))


@pytest.mark.parametrize("listen", [(), ("127.0.0.1:{other}",)])
def test_a_release_that_listens_elsewhere_is_restarted(web, listen):
    served(web)
    keeper = web.pid()
    with socket.create_server(("127.0.0.1", 0)) as server:
        other = server.getsockname()[1]
    addresses = [each.format(other=other) for each in listen]
    web.host = web.host.with_settings(listen=addresses)
    ended = restarting(web, NEW, SERVE if listen else "exec sleep 600")
    assert ended.status == 0, ended
    assert web.pid() != keeper
    if listen:
        assert ask(("127.0.0.1", other)).body == NEW


def test_a_run_that_setup_has_changed_takes_effect_with_the_next_restart(web):
    served(web)
    keeper = web.pid()
    os.utime(web.host.service / "run")
    assert restarting(web).status == 0
    assert web.pid() != keeper


def test_a_secret_that_was_set_anew_counts_as_changed(web):
    served(web)
    web.host.do(setup.secret(web.host.paths, "TOKEN", 3), payload=b"abc")
    keeper = web.pid()
    assert restarting(web).status == 0
    assert web.pid() != keeper


def test_it_listens_at_a_path_and_takes_the_place_of_what_was_left_there(web, tmp_path):
    path = str(tmp_path / "it's a socket")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    web.host = web.host.with_settings(listen=[path])
    served(web)
    assert restarting(web).status == 0
    assert ask(path).body == NEW
    assert os.stat(path).st_mode & 0o777 == 0o666  # noqa: PTH116


def test_an_address_in_use_is_named_in_the_log(web, port):
    with socket.create_server(("127.0.0.1", port)):
        web.release(OLD, SERVE)
        web.current(OLD)
        web.begin()
        said = f"keeper: 127.0.0.1:{port} cannot be listened at: Address already in use"
        web.until(lambda: said in web.said())


def test_without_the_note_of_a_new_run_the_log_says_what_to_do(web):
    text = (web.host.service / "run").read_text()
    lines = [each for each in text.splitlines() if not each.startswith("exec 8>>")]
    (web.host.service / "run").write_text("\n".join(lines) + "\n")
    web.release(OLD, SERVE)
    web.current(OLD)
    web.begin()
    web.until(lambda: "run setup once more" in web.said())


def test_the_release_that_it_began_in_can_be_pruned_after_a_handover(web):
    served(web)
    assert restarting(web).status == 0
    web.host.do(releases.prune(web.host.paths, [OLD, NEW]))
    assert [
        each.name for each in web.host.releases.iterdir() if each.name[0] == "2"
    ] == [NEW]
    assert restarting(web, NEWER).status == 0


def test_a_release_is_told_its_addresses_and_how_long_to_prove_itself(host):
    made = host.with_settings(listen=["[::1]:80"])
    host.release(NEW)
    made.do(releases.add_keeper(made.paths, NEW, "print('it\\'s')"))
    told = (host.releases / NEW / ".forklift" / "keeper.json").read_text()
    assert json.loads(told) == {"listen": ["[::1]:80"], "settle": 0.3}
