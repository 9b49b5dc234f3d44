"""A service under a real supervise: what is asked of it is done, and proved."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import facts as known
from deploy.commands import releases, setup, supervise
from deploy.shell import command
from deploy.supervisors import DAEMONTOOLS
from tests.deploy.commands.supervised import Supervised

ROOT = Path(__file__).resolve().parents[3]
OLD, NEW = "20261123094501-1a2b3c4", "20261123094502-1a2b3c4"

STEADY = "exec sleep 600"
DEAD = "echo why it died >&2; exit 1"
SLOW = """trap 'sleep 1.2; exit 0' TERM
while :; do sleep 0.05; done"""
WAITING = """trap 'while [ ! -e go ]; do sleep 0.05; done; exit 0' TERM
while :; do sleep 0.05; done"""
STUBBORN = """trap '' TERM
while :; do sleep 0.1; done"""


def restarting(service, name=NEW):
    return service.host.send(supervise.restart(service.host.paths, name))


def switched(service, program, settings=None):
    """Begin a service that runs from a new current release."""
    if settings:
        service.host = service.host.with_settings(**settings)
    service.release(NEW, program)
    service.current(NEW)
    service.begin()
    return service


def test_the_texts_of_the_commands(host):
    asked = host.with_settings(settle=2, stop_timeout=7.4, health_check="bin/up 'it'")
    place = str(host.service).replace("'", "'\"'\"'")
    current = str(host.current).replace("'", "'\"'\"'")
    check = command("x", f"cd '{current}' && bin/up 'it'").text[2:]
    texts = {
        supervise.start(
            asked.paths, NEW
        ): f"start_service '{place}' {NEW} 2.0 7 {check}",
        supervise.stop(asked.paths): f"stop_service '{place}' 7",
        supervise.restart(asked.paths, NEW): (
            f"restart_service '{place}' {NEW} 2.0 7 {check}"
        ),
        supervise.reload(asked.paths): f"reload_service '{place}' 2.0",
        supervise.restart(host.paths, NEW): f"restart_service '{place}' {NEW} 0.3 3 ''",
    }
    for made, text in texts.items():
        assert (made.text, made.uses) == (text, {"handover"} | DAEMONTOOLS.libraries)


@pytest.mark.parametrize(
    "verb",
    [
        supervise.stop,
        supervise.reload,
        lambda paths: supervise.start(paths, NEW),
        lambda paths: supervise.restart(paths, NEW),
    ],
)
def test_nothing_is_asked_of_a_service_that_nobody_supervises(host, verb):
    ended = host.send(verb(host.paths))
    assert ended.status in (70, 71)
    assert "supervise does not answer in" in ended.err


def test_every_state_of_a_service_is_told(service):
    service.release(NEW, WAITING)
    service.current(NEW)
    service.begin(up=False)
    assert service.facts().service.word == "down"
    service.svc("-u")
    service.until(lambda: service.runs(NEW))
    found = service.facts()
    assert (found.service.word, found.service.pid) == ("up", service.pid())
    assert (found.service.healthy, found.log.healthy) == (True, True)
    assert abs(found.service.started - time.time()) < 10
    service.svc("-p")
    service.until(lambda: service.facts().service.word == "paused")
    assert not service.facts().service.healthy
    service.svc("-c")
    service.until(lambda: service.facts().service.word == "up")
    service.svc("-d")
    service.until(lambda: service.facts().service.word == "stopping")
    (service.host.current / "go").touch()
    service.until(lambda: service.facts().service.word == "down")
    assert service.facts().service.want == "down"


def test_a_service_that_dies_at_once_is_told_from_one_that_is_up(service):
    switched(service, DEAD)
    assert service.facts().service.word == "flapping"


def test_a_restart_brings_a_new_process_of_the_current_release(service):
    service.release(OLD, STEADY)
    service.current(OLD)
    service.begin()
    service.until(lambda: service.runs(OLD))
    before = service.pid()
    service.release(NEW, STEADY)
    service.current(NEW)
    ended = restarting(service)
    assert (ended.status, ended.out) == (0, "")
    assert service.pid() != before
    assert service.runs(NEW)


@pytest.mark.parametrize("letters", ["-d", "-p", "-dp"])
def test_a_service_that_was_down_or_paused_comes_up(service, letters):
    switched(service, STEADY)
    before = service.pid()
    service.until(lambda: service.runs(NEW))
    service.svc(letters)
    service.until(lambda: service.pid() == 0 or service.facts().service.paused)
    assert restarting(service).status == 0
    assert service.runs(NEW)
    assert service.pid() not in (0, before)


def test_a_service_may_take_its_time_to_stop(service):
    switched(service, SLOW)
    service.until(lambda: service.runs(NEW))
    before = service.pid()
    assert restarting(service).status == 0
    assert service.runs(NEW)
    assert service.pid() != before


def test_while_a_worker_finishes_its_jobs_the_operator_hears_how_many_are_left(
    service, tmp_path
):
    worker = [sys.executable, "-m", "worker"]
    environ = {
        **os.environ,
        "QUEUE_URL": f"sqlite:///{tmp_path / 'queue.db'}",
        "PYTHONPATH": str(ROOT),
    }

    def ask(*words):
        done = subprocess.run(
            [*worker, *words], env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout

    ask("setup")
    options = "tests.worker.jobs --max-workers 3 --min-spare-workers 3"
    given = " ".join(
        f"{name}='{environ[name]}'" for name in ("QUEUE_URL", "PYTHONPATH")
    )
    program = f"{given} exec {shlex.join(worker)} run {options}"
    switched(service, program, {"stop_timeout": 20})
    before = service.pid()
    gate, arg = tmp_path / "gate", {"file": "/dev/null", "gate": f"{tmp_path}/gate"}
    for _ in range(2):
        ask("enqueue", "tests.worker.jobs.Gate", json.dumps(arg))
    service.until(lambda: "default running 2" in ask("status"))
    with ThreadPoolExecutor() as threads:
        restart = threads.submit(restarting, service)
        service.until(lambda: "finishes the running jobs" in service.said())
        told = time.monotonic() + 2.5
        service.until(lambda: time.monotonic() > told)
        gate.touch()
        ended = restart.result()
    assert ended.status == 0
    assert f"waiting for process {before}: 2 at work, 1" in ended.out
    assert service.pid() != before
    assert "running" not in ask("status")


def test_a_service_that_does_not_stop_in_time_is_left_alone(service):
    switched(service, STUBBORN, {"stop_timeout": 1})
    service.until(lambda: service.runs(NEW))
    before = service.pid()
    ended = restarting(service)
    assert ended.status == 70
    assert f"did not restart within 1 s: process {before} got TERM" in ended.err
    assert service.pid() == before
    os.kill(before, signal.SIGKILL)


def test_a_service_that_dies_at_once_is_refused_with_the_end_of_its_log(service):
    service.release(OLD, "echo an old line; exec sleep 600")
    service.current(OLD)
    service.begin()
    service.until(lambda: "an old line" in service.said())
    # multilog's labels count in seconds
    service.until(lambda: service.facts().clock > service.facts().service.started + 1)
    service.release(NEW, DEAD)
    service.current(NEW)
    ended = restarting(service)
    assert ended.status == 70
    assert "the service does not stay up; the end of its log:" in ended.err
    assert "why it died" in ended.err
    assert "an old line" not in ended.err
    assert ended.sentence.startswith("the service was told to restart but is not up")


def test_a_service_that_dies_before_it_has_settled_is_refused(service):
    switched(service, "sleep 1; echo too late", {"settle": 1.5})
    ended = restarting(service)
    assert ended.status == 70
    assert "does not stay up" in ended.err


def test_a_process_of_another_release_is_noted(service):
    switched(service, STEADY)
    ended = restarting(service, OLD)
    assert ended.status == 70
    assert f"runs from {NEW}, not from {OLD}" in ended.err


def test_what_had_begun_unseen_before_the_switch_is_restarted_once_more(service):
    service.release(OLD, STEADY)
    service.release(NEW, STEADY)
    service.current(NEW)
    service.begin(up=False)
    run = service.host.service / "run"
    run.rename(run.with_name("run.own"))
    first = run.with_name("first")
    first.touch()
    # a start whose release was chosen earlier
    run.write_text(
        f"#!/bin/sh\nif rm {first.name}; then echo $$ releases/{OLD} >running; {STEADY}; fi\nexec ./run.own\n"
    )
    run.chmod(0o755)
    assert restarting(service).status == 0
    assert not first.exists()
    assert service.runs(NEW)


def test_a_process_of_an_unknown_release_is_noted(service):
    switched(service, STEADY)
    (service.host.service / "run").write_text(f"#!/bin/sh\n{STEADY}\n")
    ended = restarting(service)
    assert ended.status == 70
    assert f"runs from an unknown release, not from {NEW}" in ended.err


@pytest.mark.parametrize("broken", ["down", "flapping"])
def test_a_service_without_its_log_service_is_refused(service, broken):
    switched(service, STEADY)
    if broken == "down":
        service.svc("-d", "log")
        service.until(lambda: service.pid("log") == 0)
    else:
        (service.host.service / "log" / "run").write_text("#!/bin/sh\nexit 1\n")
        service.svc("-t", "log")
    ended = restarting(service)
    assert ended.status == 70
    assert "the log service in" in ended.err


def test_a_health_check_runs_in_the_release(service):
    switched(service, STEADY, {"health_check": "test -x serve && echo read; cat"})
    assert restarting(service).status == 0


def test_a_health_check_that_fails_is_shown(service):
    switched(service, STEADY, {"health_check": "echo no answer; false"})
    ended = restarting(service)
    assert ended.status == 70
    assert "the health check fails: " in ended.err
    assert "no answer" in ended.err


def test_a_health_check_that_never_ends_fails(service):
    switched(service, STEADY, {"health_check": "sleep 600"})
    ended = restarting(service)
    assert ended.status == 70
    assert "the health check fails: " in ended.err


def test_a_health_check_may_come_good_late(service):
    check = "echo . >>tries; test $(wc -l <tries) -ge 3"
    switched(service, STEADY, {"health_check": check})
    assert restarting(service).status == 0
    assert (service.host.current / "tries").read_text() == ".\n" * 3


@pytest.fixture
def ten_flapping(host, tmp_path):
    made = []
    for number in range(10):
        root = tmp_path / f"it's root {number}"
        own = host.with_settings(
            deploy_to=root / "www",
            service_root=root / "services",
            scan_directory=root / "scan",
            settle=1.5,
        )
        own.releases.mkdir(parents=True)
        service = Supervised(own)
        service.release(OLD, DEAD if number % 2 else "sleep 0.4")
        service.current(OLD)
        made.append(service)
    yield made
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(Supervised.end, made))


@pytest.mark.parametrize("program", [STEADY, SLOW])
def test_a_restart_ends_the_flapping_of_the_release_before_every_time(
    ten_flapping, program
):
    def restart(numbered):
        number, service = numbered
        service.begin()
        service.until(lambda: service.facts().service.word == "flapping")
        moment = time.monotonic() + number / 10  # of supervise's second
        service.until(lambda: time.monotonic() > moment)
        service.release(NEW, program)
        service.current(NEW)
        return restarting(service)

    with ThreadPoolExecutor(10) as pool:
        ended = list(pool.map(restart, enumerate(ten_flapping)))
    assert [(each.status, each.err) for each in ended] == [(0, "")] * 10
    assert all(service.runs(NEW) for service in ten_flapping)


def test_a_start_brings_up_what_is_down_and_says_what_was_up(service):
    service.release(NEW, STEADY)
    service.current(NEW)
    service.begin(up=False)
    starting = supervise.start(service.host.paths, NEW)
    assert service.host.do(starting).answer == ""
    before = service.pid()
    assert service.host.do(starting).answer == "already\n"
    assert service.pid() == before


def test_a_start_continues_what_is_paused(service):
    switched(service, STEADY)
    service.until(lambda: service.runs(NEW))
    before = service.pid()
    service.svc("-p")
    service.until(lambda: service.facts().service.paused)
    assert service.host.do(supervise.start(service.host.paths, NEW)).answer == ""
    assert (service.facts().service.word, service.pid()) == ("up", before)


def test_a_start_waits_for_what_is_stopping_and_starts_it_again(service):
    switched(service, SLOW)
    service.until(lambda: service.runs(NEW))
    before = service.pid()
    service.svc("-d")
    service.until(lambda: service.wanted() == "d")
    service.host.do(supervise.start(service.host.paths, NEW))
    assert service.runs(NEW)
    assert service.pid() != before


def test_a_start_that_finds_an_unknown_release_up_leaves_it(service):
    switched(service, STEADY)
    service.until(lambda: service.runs(NEW))
    (service.host.service / "running").write_text("1 /elsewhere\n")
    ended = service.host.do(supervise.start(service.host.paths, NEW))
    assert ended.answer == "already\n"


def test_a_start_of_what_dies_at_once_is_refused(service):
    service.release(NEW, DEAD)
    service.current(NEW)
    service.begin(up=False)
    ended = service.host.send(supervise.start(service.host.paths, NEW))
    assert ended.status == 70
    assert "why it died" in ended.err
    assert ended.sentence.startswith("the service was started but is not up")


def test_a_stop_waits_for_the_end(service):
    switched(service, SLOW)
    service.until(lambda: service.runs(NEW))
    stopping = supervise.stop(service.host.paths)
    assert service.host.do(stopping).answer == ""
    assert service.pid() == 0
    assert service.host.do(stopping).answer == "already\n"


def test_a_stop_ends_what_flaps_and_what_is_paused(service):
    switched(service, "sleep 0.4")
    service.host.do(supervise.stop(service.host.paths))
    assert service.pid() == 0
    service.release(OLD, STEADY)
    service.current(OLD)
    service.svc("-up")
    service.until(lambda: service.facts().service.paused and service.pid())
    service.host.do(supervise.stop(service.host.paths))
    assert service.pid() == 0


def test_a_stop_of_what_does_not_end_says_so(service):
    switched(service, STUBBORN, {"stop_timeout": 1})
    service.until(lambda: service.runs(NEW))
    ended = service.host.send(supervise.stop(service.host.paths))
    assert ended.status == 70
    assert (
        f"process {service.pid()} got TERM and still runs after 1 s" in ended.sentence
    )
    os.kill(service.pid(), signal.SIGKILL)


def test_a_reload_keeps_the_process(service):
    switched(service, "trap 'echo reloaded' HUP\nwhile :; do sleep 0.1; done")
    service.until(lambda: service.runs(NEW))
    before = service.pid()
    service.host.do(supervise.reload(service.host.paths))
    service.until(lambda: "reloaded" in service.said())
    assert service.pid() == before


def test_a_reload_that_ends_the_process_is_noticed(service):
    switched(service, STEADY, {"settle": 1.5})
    service.until(lambda: service.runs(NEW))
    ended = service.host.send(supervise.reload(service.host.paths))
    assert ended.status == 70
    assert "ended on HUP and was started again: it cannot reload" in ended.sentence


def test_what_is_down_cannot_reload(service):
    service.release(NEW, STEADY)
    service.current(NEW)
    service.begin(up=False)
    ended = service.host.send(supervise.reload(service.host.paths))
    assert (ended.status, ended.sentence) == (
        71,
        "the service is down: there is nothing to reload",
    )


def test_a_logger_that_runs_by_another_script_is_restarted(service):
    switched(service, STEADY)
    before = service.pid("log")
    new = service.log_run.replace("n10", "n5")
    service.host.do(setup.scripts(service.host.paths, service.run, new))
    service.until(lambda: service.pid("log") not in (0, before))


# What publishes: the link, the manifests, the history and the exit status of each end.


@pytest.fixture
def published(service):
    """A service that runs from a verified release."""
    service.old = service.release(OLD, STEADY)
    service.current(OLD)
    service.begin()
    service.until(lambda: service.runs(OLD))
    return service


#: what a host has before: a release that runs, or nothing
BEFORE = known.HostFacts(current=OLD, service=known.Supervised(up=True))
NOTHING = known.HostFacts()


def leads(host):
    return str(host.current.readlink())


def outcomes(host):
    return [(line["release"], line["outcome"]) for line in host.history()]


def test_a_release_goes_live(published):
    host, new = published.host, published.release(NEW, STEADY, "ready")
    ended = host.do(releases.go_live(host.paths, new, BEFORE))
    assert ended.out == (
        f"\x1eswitching to {NEW}\n\x1erestarting and verifying {NEW}\n"
    )
    assert leads(host) == f"releases/{NEW}"
    assert (host.state(new), host.state(published.old)) == ("verified", "verified")
    assert published.runs(NEW)
    assert outcomes(host) == [(NEW, "deployed")]
    assert host.history()[0]["at"].endswith("Z")
    phases = host.history()[0]["phases"]
    assert list(phases) == ["publish", "verify"]
    assert phases["verify"] >= 0.3
    log = (host.deploy_to / "revisions.log").read_text()
    assert log == (
        f"Branch main (at 1a2b3c4d) deployed as release {NEW} by ann's@desk\n"
    )


def test_a_release_that_does_not_come_up_is_undone(published):
    host, new = published.host, published.release(NEW, DEAD, "ready")
    ended = host.send(releases.go_live(host.paths, new, BEFORE))
    assert ended.status == 72
    assert f"{NEW} did not come up" in ended.sentence
    assert f"undone: {OLD} is current again" in ended.sentence
    assert "why it died" in ended.err
    assert leads(host) == f"releases/{OLD}"
    assert host.state(new) == "failed"
    assert published.runs(OLD)
    assert outcomes(host) == [(NEW, "undone")]
    assert not (host.deploy_to / "revisions.log").exists()


def test_a_release_that_cannot_be_marked_as_failed_is_undone_all_the_same(published):
    host, new = published.host, published.release(NEW, DEAD, "ready")
    (host.releases / NEW / ".release.json.new").mkdir()
    ended = host.send(releases.go_live(host.paths, new, BEFORE))
    assert ended.status == 72
    assert leads(host) == f"releases/{OLD}"
    assert published.runs(OLD)


def test_what_cannot_be_brought_back_is_said_to_be_not_undone(published):
    host, new = published.host, published.release(NEW, DEAD, "ready")
    (host.releases / OLD / "serve").write_text("#!/bin/sh\nexit 1\n")
    ended = host.send(releases.go_live(host.paths, new, BEFORE))
    assert ended.status == 73
    assert ended.sentence.startswith(f"NOT undone: {NEW} failed, and {OLD} could not")
    assert outcomes(host) == [(NEW, "not undone")]
    assert leads(host) == f"releases/{OLD}"


def test_a_release_before_that_is_gone_is_not_made_current(published):
    host, new = published.host, published.release(NEW, DEAD, "ready")
    shutil.rmtree(host.releases / OLD)
    ended = host.send(releases.go_live(host.paths, new, BEFORE))
    assert ended.status == 73
    assert (host.current / ".release.json").exists()


def test_a_switch_to_what_is_no_complete_release_changes_nothing(published):
    host, before = published.host, published.pid()
    new = replace(published.old, release=NEW)
    ended = host.send(releases.go_live(host.paths, new, BEFORE))
    assert ended.status == 70
    assert f"could not be switched to {NEW}" in ended.sentence
    assert leads(host) == f"releases/{OLD}"
    assert published.pid() == before


def test_a_first_release_that_does_not_come_up_leaves_nothing_current(service):
    host, new = service.host, service.release(NEW, DEAD, "ready")
    service.begin(up=False)
    ended = host.send(releases.go_live(host.paths, new, NOTHING))
    assert ended.status == 72
    assert "undone: nothing is current again" in ended.sentence
    assert not host.current.is_symlink()
    assert service.pid() == 0
    assert (host.state(new), outcomes(host)) == ("failed", [(NEW, "undone")])


def test_a_first_release_goes_live(service):
    host, new = service.host, service.release(NEW, STEADY, "ready")
    service.begin(up=False)
    host.do(releases.go_live(host.paths, new, NOTHING))
    assert (leads(host), host.state(new)) == (f"releases/{NEW}", "verified")


def test_a_service_that_was_down_is_down_again_after_a_failed_release(published):
    host, new = published.host, published.release(NEW, DEAD, "ready")
    host.do(supervise.stop(host.paths))
    ended = host.send(releases.go_live(host.paths, new, BEFORE))
    assert ended.status == 72
    assert leads(host) == f"releases/{OLD}"
    assert published.pid() == 0


def test_a_host_is_reverted_after_another_one_failed(published):
    host, new = published.host, published.release(NEW, STEADY, "ready")
    host.do(releases.go_live(host.paths, new, BEFORE))
    host.do(releases.revert(host.paths, new, BEFORE))
    assert leads(host) == f"releases/{OLD}"
    assert host.state(new) == "failed"
    assert published.runs(OLD)
    assert outcomes(host) == [(NEW, "deployed"), (NEW, "undone")]


def test_a_revert_that_fails_says_so(published):
    host, new = published.host, published.release(NEW, STEADY, "ready")
    host.do(releases.go_live(host.paths, new, BEFORE))
    (host.releases / OLD / "serve").write_text("#!/bin/sh\nexit 1\n")
    ended = host.send(releases.revert(host.paths, new, BEFORE))
    assert (ended.status, outcomes(host)[-1]) == (73, (NEW, "not undone"))


def test_a_switch_without_a_restart_leaves_what_runs(published):
    host, new = published.host, published.release(NEW, STEADY, "ready")
    before = published.pid()
    host.do(releases.switch_only(host.paths, new, BEFORE))
    assert (leads(host), host.state(new)) == (f"releases/{NEW}", "ready")
    assert published.pid() == before
    assert outcomes(host) == [(NEW, "updated")]
    assert (host.deploy_to / "revisions.log").exists()


def test_a_history_that_cannot_be_written_fails_no_deploy(published):
    host, new = published.host, published.release(NEW, STEADY, "ready")
    (host.deploy_to / "deploys.jsonl").mkdir()
    (host.deploy_to / "revisions.log").mkdir()
    host.do(releases.go_live(host.paths, new, BEFORE))
    assert leads(host) == f"releases/{NEW}"


def stop(process):
    """Tell a script and what it runs to end, as sshd does for the operator."""
    mine = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    for pid in (process.pid, *map(int, mine.split())):
        os.kill(pid, signal.SIGTERM)


def test_a_switch_that_is_stopped_in_the_middle_goes_back_by_itself(published, begin):
    patient = published.host.with_settings(settle=20, stop_timeout=30)
    new = published.release(NEW, STEADY, "ready")
    process = begin(releases.go_live(patient.paths, new, BEFORE))
    published.until(lambda: published.runs(NEW))
    stop(process)
    # told again and again, it still finishes the way back
    while process.poll() is None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            stop(process)
        time.sleep(0.01)
    assert process.returncode == 72
    assert leads(patient) == f"releases/{OLD}"
    assert published.runs(OLD)
    assert patient.state(new) == "failed"


def test_a_way_back_cannot_be_stopped(published, begin):
    host, new = published.host, published.release(NEW, STEADY, "ready")
    host.do(releases.go_live(host.paths, new, BEFORE))
    process = begin(releases.revert(host.paths, new, BEFORE))
    published.until(lambda: leads(host) == f"releases/{OLD}")
    stop(process)
    assert process.wait(20) == 0
    assert published.runs(OLD)
    assert outcomes(host)[-1] == (NEW, "undone")
