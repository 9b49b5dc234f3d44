"""The siege finds what is wrong: each promise, broken in what a host shows, is named."""

from dataclasses import replace

import pytest

from siege import judge, promises
from siege.judge import Run, Seen
from siege.view import Process, View

OLD, NEW = "20261123094501-aaaaaaa", "20261123094502-bbbbbbb"
COMMITS = {"a" * 40: {"file": ("100644", "1")}, "b" * 40: {"file": ("100644", "2")}}


def manifest(release, state="verified"):
    return {"release": release, "state": state, "revision": release[-1] * 40}


def on(release, *others, start="1 1", **known):
    """A host that serves a release; it has others too."""
    names = (release, *others)
    return View(
        **{
            "current": f"releases/{release}",
            "manifests": {each: manifest(each) for each in names},
            "trees": {each: COMMITS[each[-1] * 40] for each in names},
            "service": Process(start, up=True, release=release),
            "log": Process("1 2", up=True),
            **known,
        }
    )


BEFORE, AFTER = on(OLD), on(NEW, OLD, start="2 2")


def found(after=AFTER, status=0, said="", task="deploy", attack="kill"):
    """What is said of web1, which showed *after*; web2 is as it should be after a deploy."""
    before = {("sample", "web1"): BEFORE, ("sample", "web2"): BEFORE}
    seen = Seen(task, before, {**before, ("sample", "web1"): after}, "b" * 40)
    if status in (0, 5):
        seen.after["sample", "web2"] = AFTER
    told = judge.violations(Run(seen, attack, status, said), COMMITS.__getitem__)
    return [each for each in told if "web2: " not in each]


def test_a_deploy_that_did_all_that_it_promised_is_not_blamed():
    assert found() == []


@pytest.mark.parametrize("status", [2, 3, 4, None])
def test_a_deploy_that_left_all_as_it_was_is_not_blamed(status):
    assert found(after=BEFORE, status=status) == []


@pytest.mark.parametrize(
    ("promise", "broken"),
    {
        "D1": {"current": f"releases/{NEW}x"},
        "D1 ": {"is_link": False},
        "D2": {"trees": {NEW: {"file": ("100755", "2")}, OLD: COMMITS["a" * 40]}},
        "D2 ": {"trees": {NEW: COMMITS["b" * 40], OLD: {}}},
        "D2  ": {"unfinished": ("half",)},
        "D5": {"held": (".lock",)},
        "D5 ": {"scripts": ("sh -c",)},
        "D7": {"gone": ("cwd of x",)},
        "D8": {"leaks": ("run can be written by others",)},
        "D10": {"service": Process("2 2", up=True, release=OLD)},
        "D10 ": {"service": Process("2 2", up=False, release=NEW)},
        "D10  ": {"service": Process("1 1", up=True, release=NEW)},
        "D10   ": {"log": Process()},
        "D10    ": {"manifests": {NEW: manifest(NEW, "ready"), OLD: manifest(OLD)}},
    }.items(),
)
def test_a_deploy_that_is_done_and_is_not_right_is_blamed(promise, broken):
    said = found(after=replace(AFTER, **broken))
    assert any(f"web1: {promise.strip()}:" in each for each in said)


@pytest.mark.parametrize("status", [2, 3, 4])
def test_a_deploy_that_says_undone_and_is_not_is_blamed(status):
    assert "D4: " in found(status=status)[0]
    half = replace(BEFORE, service=AFTER.service)
    assert "D4: " in found(after=half, status=status)[0]


def test_a_host_that_is_named_may_be_on_either_release_but_whole():
    said = "web1: gone\nNOT undone on web1: look there"
    assert found(status=4, said=said) == []
    assert found(after=BEFORE, status=4, said=said) == []
    half = replace(AFTER, service=BEFORE.service)
    assert "D10: " in found(after=half, status=4, said=said)[0]
    assert "D2: " in found(after=on(NEW[:-1] + "a"), status=4, said=said)[0]


def test_a_host_that_was_skipped_is_as_it_was_and_all_others_are_done():
    said = "not done on all hosts: web1 could not be reached and was skipped. What"
    assert found(after=BEFORE, status=5, said=said) == []
    assert "D4: " in found(status=5, said=said)[0]
    assert "D2: " in found(after=BEFORE, status=5, said=said.replace("web1", "web2"))[0]


def test_a_killed_deploy_leaves_each_host_whole():
    assert found(status=None) == []
    half = replace(BEFORE, service=AFTER.service)
    assert "D4: " in found(after=half, status=None)[0]


def test_hosts_of_two_revisions_are_no_deploy_that_is_done():
    assert "D6: " in found(after=on(OLD, start="2 2"))[-1]


def test_a_traceback_is_a_defect_whatever_the_status():
    assert "Traceback" in found(said="Traceback (most recent call last)")[0]
    assert "ended with 1" in found(status=1, after=BEFORE)[0]


def test_a_release_that_cannot_run_is_not_called_live():
    assert "in spite of: release flaps" in found(attack="release flaps")[0]


def test_of_two_deploys_one_at_least_is_done_and_they_do_not_mix():
    one = {("sample", "web1"): BEFORE, ("sample", "web2"): BEFORE}
    mixed = {("sample", "web1"): BEFORE, ("sample", "web2"): AFTER}
    assert list(judge.of_rivals(0, 2, one)) == []
    assert list(judge.of_rivals(0, 0, one)) == []
    assert "D5: " in next(judge.of_rivals(2, 2, one))
    assert "D5: " in next(judge.of_rivals(0, 3, one))
    assert "D6: " in next(judge.of_rivals(0, 0, mixed))


def test_what_was_removed_under_a_process_before_is_no_fault_of_the_task():
    left = replace(AFTER, gone=("cwd of x",))
    for begun, promises_broken in ((BEFORE, 1), (replace(BEFORE, gone=left.gone), 0)):
        where = ("sample", "web1")
        seen = Seen("deploy", {where: begun}, {where: left}, "b" * 40)
        told = judge.violations(Run(seen, "kill", 0, ""), COMMITS.__getitem__)
        assert len(list(told)) == promises_broken


def test_a_dry_run_that_changes_something_is_blamed():
    assert "D4: " in found(task="dry")[0]
    assert found(task="dry", after=BEFORE) == []


def test_a_second_deploy_of_the_same_changes_nothing():
    assert "D4: " in found(task="twice")[0]


def test_current_is_looked_at_in_the_middle_too():
    assert list(promises.incomplete(BEFORE, COMMITS.__getitem__)) == []
    assert list(promises.incomplete(View(), COMMITS.__getitem__)) == []
