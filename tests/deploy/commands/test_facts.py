"""Every fact of a host, asked of a real one."""

import getpass
import time
from pathlib import Path

import pytest

from deploy.commands import facts, setup
from deploy.facts import Supervised
from deploy.shell import Command, Question
from deploy.supervisors import DAEMONTOOLS

OLD, NEW = "20261123094501-1a2b3c4", "20261123094502-1a2b3c4"


def ask(host, run="", log_run=""):
    return host.ask(facts.ask(host.paths, run, log_run))


def test_the_text_of_the_question(host):
    asked = facts.ask(host.with_settings(linked_files=["it's.yml"]).paths, "run", "log")
    assert asked.uses == {"facts"} | DAEMONTOOLS.libraries
    lines = asked.text.splitlines()
    assert [
        line for line in lines if line.startswith("facts_of_") and " " not in line
    ] == [
        "facts_of_machine",
        "facts_of_releases",
        "facts_of_scripts",
    ]
    assert sum(line.startswith("facts_of_service '/") for line in lines) == 2
    assert any("missing_file it" in line for line in lines)


def test_a_host_that_is_set_up_is_asked_everything_at_once(host):
    live = host.release(NEW)
    old = host.release(OLD, "failed")
    (host.releases / "20261123094503-1a2b3c4").mkdir()
    host.current.symlink_to(f"releases/{NEW}")
    host.place(host.paths.service.scan_directory).mkdir()
    found = ask(host)
    assert found.user == getpass.getuser()
    assert abs(found.clock - time.time()) < 5
    assert found.deploy_to == "writable"
    assert found.free_kib > 0
    assert (found.current, found.current_is, found.live) == (NEW, "", live)
    assert set(found.manifests) == {live, old}
    assert found.missing_tools == ()
    assert found.scan_directory
    assert (found.service, found.log) == (Supervised(), Supervised())
    assert found.lock == ""


def test_a_host_that_has_nothing_is_asked_too(host):
    found = ask(host.with_settings(deploy_to=host.deploy_to / "gone"))
    assert (found.deploy_to, found.current, found.manifests) == ("", None, ())
    assert not found.scan_directory
    assert found.differs == ("run", "log/run")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda host: host.current.mkdir(), "directory"),
        (lambda host: host.current.write_text(""), "directory"),
        (lambda host: host.current.symlink_to(f"releases/{OLD}"), "incomplete"),
        (lambda host: host.current.symlink_to("releases"), "incomplete"),
        (lambda host: host.current.symlink_to("current"), "incomplete"),
    ],
)
def test_what_is_wrong_with_current_is_told(host, make, told):
    make(host)
    assert ask(host).current_is == told


def test_a_manifest_counts_only_in_the_release_that_it_names(host):
    """A release that was copied or renamed by hand is not the one that its manifest speaks of."""
    host.release(OLD)
    (host.releases / OLD).rename(host.releases / f"{OLD}.kept")
    assert ask(host).manifests == ()


@pytest.mark.parametrize("half", ['{"release": "', "", '{"release"\n: "x"}\n', "\0"])
def test_a_half_manifest_hides_no_other(host, half):
    (host.releases / OLD).mkdir()
    (host.releases / OLD / ".release.json").write_text(half)
    whole = host.release(NEW)
    assert ask(host).manifests == (whole,)


def test_linked_files_that_are_missing_are_named(host):
    (host.shared / "here.yml").touch()
    (host.shared / "dangling").symlink_to("nowhere")
    linked = host.with_settings(
        linked_files=["here.yml", "it's gone/$(id).yml", "dangling", "may.yml?"]
    )
    assert ask(linked).missing_files == ("it's gone/$(id).yml", "dangling")


def test_scripts_that_are_not_what_the_templates_make_are_named(host):
    (host.service / "log").mkdir(parents=True)
    (host.service / "run").write_text("one\n")
    (host.service / "log" / "run").write_text("two\n")
    assert ask(host, "one\n", "two\n").differs == ()
    assert ask(host, "one", "two\n").differs == ("run",)
    assert ask(host, "", "").differs == ("run", "log/run")


def test_a_service_directory_of_another_service_is_seen_until_that_is_removed(host):
    other = host.with_settings(deploy_to=host.deploy_to.parent / "other")
    host.do(setup.service_directory(host.paths))
    assert ask(host).belongs_to == ""
    assert ask(other).belongs_to == str(host.deploy_to)
    host.do(setup.unlink(host.paths))
    assert ask(other).belongs_to == ""


def test_a_maintenance_page_is_seen_while_it_is_there(host):
    assert not ask(host).maintenance
    (host.shared / "maintenance.html").touch()
    assert ask(host).maintenance


def test_tools_that_are_missing_are_named(host):
    asked = facts.ask(host.paths, "", "")
    without = "command() { case $2 in svc | flock) return 1 ;; esac; }\n"
    question = Question(without + asked.text, asked.read, asked.uses)
    assert host.ask(question).missing_tools == ("svc", "flock")


def test_a_keeper_needs_python_on_the_host(host):
    keeping = host.with_settings(listen=["127.0.0.1:8000"])
    for asked, missing in ((host, ()), (keeping, ("python3",))):
        question = facts.ask(asked.paths, "", "")
        without = "command() { [ $2 != python3 ]; }\n"
        told = Question(without + question.text, question.read, question.uses)
        assert host.ask(told).missing_tools == missing


def test_a_service_that_nobody_supervises_does_not_answer(host):
    entry = Path(host.paths.scan_entry)
    (entry / "supervise").mkdir(parents=True)
    (entry / "down").touch()
    found = ask(host).service
    assert not found.answers
    assert found.down_file
    assert found.word == "not supervised"


def status_bytes(started, pid, paused=0, want=0):
    stamp = (2**62 + 10 + started).to_bytes(8, "big") + (999).to_bytes(4, "big")
    return stamp + pid.to_bytes(4, "little") + bytes([paused, want])


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (status_bytes(1795426600, 0, 0, ord("u")), "up 0 1795426600 up "),
        (status_bytes(1795426600, 4711, 0, ord("d")), "up 4711 1795426600 down "),
        (status_bytes(1795426600, 4194304, 1, 0), "up 4194304 1795426600  paused"),
        (status_bytes(0, 2**24 + 258, 0, ord("u")), "up 16777474 0 up "),
        (status_bytes(5, 7, 0, ord("u")) + b"more", "up 7 5 up "),
        (status_bytes(5, 7)[:17], "none 0 0  "),
        (b"", "none 0 0  "),
    ],
)
def test_a_status_is_read_as_supervise_writes_it(host, status, told):
    (host.service / "supervise").mkdir(parents=True)
    (host.service / "supervise" / "status").write_bytes(status)
    place = str(host.service).replace("'", "'\"'\"'")
    reading = Command(
        f"""read_status '{place}'\necho "$state $pid $started $want $paused\"""",
        DAEMONTOOLS.libraries,
    )
    assert host.do(reading).answer == told + "\n"
