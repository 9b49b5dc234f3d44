"""What stands in the way on a host: each fault is a sentence with its remedy."""

from dataclasses import replace

import pytest

from deploy import faults, findings
from deploy.facts import HostFacts, Supervised
from deploy.settings import Service

SERVICE = Service(name="sample", deploy_to="/www/Sample", start="./serve", user="app")
UP = Supervised(answers=True, up=True, pid=9)
GOOD = HostFacts(
    user="app",
    clock=1000,
    deploy_to="writable",
    free_kib=10**6,
    free_inodes=10**6,
    current="20261123094501-1a2b3c4",
    service=UP,
    log=UP,
    lock="mine",
)


def found(fault, facts, needed=0):
    return "\n".join(fault(SERVICE, facts, needed))


def test_nothing_stands_in_the_way_on_a_good_host():
    assert found(faults.before_deploy, GOOD) == ""
    assert found(faults.before_update, GOOD) == ""
    assert list(faults.before_setup(SERVICE, GOOD)) == []
    assert list(faults.before_control(SERVICE, GOOD)) == []
    assert list(findings.in_check(SERVICE, GOOD, 0, 1000)) == []


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"missing_tools": ("svc", "od")}, "svc, od cannot be found; install them"),
        ({"scan_directory": False}, "there is no scan directory; install"),
        ({"deploy_to": "root"}, "/www/Sample belongs to root and app may not write"),
        ({"current_is": "directory"}, "current is a directory; move it away"),
        (
            {"current_is": "incomplete", "manifests": ("one",)},
            "which is no complete release; point it at",
        ),
        (
            {"current_is": "incomplete"},
            "none is left there: rm /www/Sample/current, then run: fab sample.setup",
        ),
        ({"missing_files": ("a.yml",)}, "/www/Sample/shared/a.yml is missing; put it"),
        ({"free_kib": 1000}, "0 MiB are free in /www/Sample, and the release needs 10"),
        ({"free_inodes": 5}, "5 inodes are free in /www/Sample; remove files"),
        ({"service": Supervised()}, "supervise does not answer for sample"),
        ({"hold": "bob since 9: x"}, "held by bob since 9: x; if that is over, run"),
        ({"deploy_to": ""}, "sample is not set up; run: fab sample.setup"),
        ({"belongs_to": "/www/B"}, "another service that is called sample, in /www/B"),
    ],
)
def test_a_deploy_is_refused_with_a_sentence(what, sentence):
    assert sentence in found(faults.before_deploy, replace(GOOD, **what))


@pytest.mark.parametrize("tool", ["git", "python3"])
def test_what_is_missing_for_a_setting_is_named_with_its_package(tool):
    said = found(faults.before_deploy, replace(GOOD, missing_tools=(tool,)))
    assert f"{tool} cannot be found; install them (Debian: apt-get install" in said
    assert said.endswith(f" {tool})")


def test_a_repository_that_a_host_cannot_read_is_told_by_check():
    (said,) = findings.in_check(
        SERVICE, replace(GOOD, unreadable="cannot read"), 0, 1000
    )
    assert said == "cannot read"


def test_every_fault_of_a_host_is_named():
    broken = replace(
        GOOD, missing_tools=("svc",), free_kib=1, free_inodes=1, missing_files=("a",)
    )
    assert len(list(faults.before_deploy(SERVICE, broken, 0))) == 4


def test_a_release_needs_twice_its_size_and_a_reserve():
    just = replace(GOOD, free_kib=2 * 1024 + faults.RESERVE)
    assert found(faults.before_deploy, just, 1024 * 1024) == ""
    assert "make room" in found(faults.before_deploy, just, 1024 * 1024 + 1024)


def test_a_file_system_that_makes_inodes_as_it_needs_them_has_enough():
    assert found(faults.before_deploy, replace(GOOD, free_inodes=0)) == ""


def test_an_update_needs_no_supervise():
    assert found(faults.before_update, replace(GOOD, service=Supervised())) == ""


def test_a_host_that_is_not_set_up_has_this_one_fault():
    assert len(list(faults.before_deploy(SERVICE, HostFacts(), 0))) == 1
    assert len(list(findings.in_check(SERVICE, HostFacts(), 0, 9))) == 1


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"current": None}, "sample has no release; run: fab sample.setup"),
        ({"deploy_to": ""}, "sample has no release"),
        ({"service": Supervised()}, "supervise does not answer for sample"),
        ({"belongs_to": "/www/B"}, "/var/lib/forklift/sample is of another service"),
    ],
)
def test_nothing_is_controlled_that_is_not_there(what, sentence):
    (fault,) = faults.before_control(SERVICE, replace(GOOD, **what))
    assert sentence in fault


def test_what_runs_is_not_restarted_from_a_release_that_is_not_there():
    """And may be stopped all the same."""
    dangling = replace(GOOD, current_is="incomplete", manifests=("one",))
    (fault,) = faults.before_start(SERVICE, dangling)
    assert "is no complete release; point it at one that is" in fault
    assert list(faults.before_control(SERVICE, dangling)) == []
    assert list(faults.before_start(SERVICE, GOOD)) == []


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"clock": 1061}, "its clock differs from yours by 61 s; synchronize it"),
        ({"clock": 900}, "its clock differs from yours by -100 s"),
        ({"missing_accounts": ("www",)}, "there is no account www; make it with"),
        ({"scanner": False}, "no svscan runs; start it"),
        ({"one_filesystem": False}, "releases lies on another file system"),
        ({"unwritable": ("/x/y",)}, "/x/y is not writable for app; give it back"),
        ({"log": Supervised()}, "supervise knows no log service of sample"),
        ({"service": replace(UP, down_file=True)}, "a down file keeps sample down"),
        ({"differs": ("run", "log/run")}, "the installed log/run is not what"),
    ],
)
def test_a_check_also_tells_what_is_not_as_it_should_be(what, sentence):
    told = list(findings.in_check(SERVICE, replace(GOOD, **what), 0, 1000))
    assert sentence in "\n".join(told)
