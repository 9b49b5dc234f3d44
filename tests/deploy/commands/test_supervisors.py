"""A service under a real runit and a real s6: what differs from daemontools is read and told as it is."""

import time

import pytest

from deploy.commands import logs, setup, supervise
from deploy.commands.logs import Excerpt
from deploy.shell import command
from deploy.supervisors import RUNIT, S6
from tests.deploy.commands import scanned

OLD, NEW = "20261123094501-1a2b3c4", "20261123094502-1a2b3c4"
STEADY = "echo it runs; exec sleep 600"
DEAD = "echo why it died >&2; exit 1"
WAITING = """trap 'while [ ! -e go ]; do sleep 0.05; done; exit 0' TERM
while :; do sleep 0.05; done"""


@pytest.fixture(params=["runit", "s6"])
def service(request, host):
    asked = host.with_settings(supervisor=request.param)
    made = {"runit": scanned.Runit, "s6": scanned.S6}[request.param](asked)
    yield made
    made.end()


def begun(service, program, up=True):
    service.release(NEW, program)
    service.current(NEW)
    service.begin(up)
    return service


def test_every_state_of_a_service_is_told(service):
    begun(service, WAITING, up=False)
    assert service.facts().service.word == "down"
    service.svc("-u")
    service.until(lambda: service.runs(NEW))
    found = service.facts()
    assert (found.service.healthy, found.log.healthy) == (True, True)
    assert abs(found.service.started - time.time()) < 10
    service.svc("-p")
    service.until(lambda: service.facts().service.word == "paused")
    service.svc("-c")
    service.until(lambda: service.facts().service.word == "up")
    service.svc("-d")
    service.until(lambda: service.facts().service.word == "stopping")
    (service.host.current / "go").touch()
    service.until(lambda: service.facts().service.word == "down")


def test_what_dies_at_once_is_flapping_and_refused_with_the_end_of_its_log(service):
    begun(service, DEAD, up=False)
    service.host = service.host.with_settings(stop_timeout=60)
    began = time.monotonic()
    ended = service.host.send(supervise.start(service.host.paths, NEW))
    assert (ended.status, ended.out) == (70, "")
    assert "does not stay up" in ended.err
    assert "why it died" in ended.err
    assert service.facts().service.word == "flapping"
    ended = service.host.send(supervise.restart(service.host.paths, NEW))
    assert ended.status == 70
    assert "why it died" in ended.err
    # stop_timeout is not waited for
    assert time.monotonic() - began < 60
    service.host.do(supervise.stop(service.host.paths))
    assert service.facts().service.word == "down"


@pytest.mark.parametrize("letters", ["-d", "-p"])
def test_a_restart_brings_up_what_was_down_or_paused(service, letters):
    begun(service, STEADY)
    service.until(lambda: service.runs(NEW))
    before = service.pid()
    service.svc(letters)
    service.release(OLD, STEADY)
    service.current(OLD)
    ended = service.host.send(supervise.restart(service.host.paths, OLD))
    assert ended.status == 0, ended
    assert service.runs(OLD)
    assert service.pid() not in (0, before)


def test_a_log_service_that_is_down_is_told_and_no_release_counts_as_up(service):
    begun(service, STEADY)
    service.svc("-d", "log")
    service.until(lambda: service.facts().log.word == "down")
    ended = service.host.send(supervise.restart(service.host.paths, NEW))
    assert ended.status == 70
    assert "log does not stay up: nothing of the service can be logged" in ended.err


def test_a_removed_service_has_ended_and_logged_its_farewell(service):
    farewell = """trap 'for n in 1 2 3 4 5 6 7 8 9; do echo farewell $n; done; exit' TERM
echo ready; while :; do sleep 0.05; done"""
    begun(service, farewell)
    service.until(lambda: "ready" in service.said())
    service.host.do(setup.unlink(service.host.paths))
    assert not service.facts().service.answers
    assert not service.facts().log.answers
    assert service.said().count("farewell") == 9
    assert not service.host.place(service.host.paths.scan_entry).is_symlink()
    service.host.do(setup.unlink(service.host.paths))
    service.host.do(setup.link(service.host.paths))
    assert service.facts().service.word == "down"


def shown(service, *wanted, **named):
    ended = service.host.send(logs.show(service.host.paths, Excerpt(*wanted, **named)))
    assert ended.status == 0, ended
    return ended.err.splitlines()


def test_its_log_can_be_read_with_times_and_from_a_moment_on(service):
    begun(service, "echo 日本語; exec sleep 600")
    service.until(lambda: "日本語" in service.said())
    now = time.time()
    (line,) = shown(service, 5, since=now - 20)
    assert line.endswith(" 日本語")
    told = line.split(" ")
    at = time.strptime(" ".join(told[:2])[:19], "%Y-%m-%d %H:%M:%S")
    clock = time.gmtime if told[1].endswith("Z") else time.localtime
    assert abs(time.mktime(at) - time.mktime(clock(now))) < 15
    assert shown(service, 5, since=now + 20) == []


def kept(host, supervisor, given):
    """Keep a secret, and give what the supervisor's programs make of it."""
    keeping = setup.secret(host.paths, "KEY", len(given))
    words = (*supervisor.envdir.split(), host.service / "env")
    showing = command(*words, "printenv", "-0", "KEY")
    made = setup.service_directory(host.paths)
    return host.do(made, keeping, showing, payload=given).out.encode()[:-1]


@pytest.mark.parametrize("supervisor", [RUNIT, S6])
@pytest.mark.parametrize("given", [b"two\nlines\n", b"it's $(id)", b" x" * 50_000])
def test_a_secret_comes_to_the_service_as_it_was_given_or_is_refused(
    host, supervisor, given
):
    refused = setup.unkept(given, supervisor.envdir_limit)
    assert (kept(host, supervisor, given) == given) is (refused == "")


def test_s6_keeps_no_byte_more_than_we_say(host):
    limit = S6.envdir_limit
    assert setup.unkept(b"x" * limit, limit) == ""
    assert setup.unkept(b"x" * (limit + 1), limit) == "is longer than 4095 bytes"
    assert kept(host, S6, b"x" * limit) == b"x" * limit


def test_a_service_that_another_supervisor_looks_after_is_not_set_up(service):
    begun(service, STEADY, up=False)
    ended = service.host.send(
        setup.conditions(service.host.with_settings(supervisor="daemontools").paths, ())
    )
    assert ended.status == 71
    own = service.host.paths.service.supervised_by.supervise
    assert ended.sentence.startswith(f"{own} looks after {service.host.service}, and")
