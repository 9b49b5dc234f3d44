"""Names of releases, manifests, which are old, which to go back to."""

import itertools
import json
from datetime import datetime, timedelta, timezone

import pytest

from deploy import release
from deploy.release import Manifest, Release

NOW = datetime(2026, 11, 23, 9, 45, 1, 999_999, tzinfo=timezone.utc)
REVISION = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"


def made(day, state="verified"):
    name = Release(f"202611{day:02}120000-1a2b3c4")
    return Manifest(name, state, REVISION, "main", "ann@desk")


def names(manifests):
    return [each.release for each in manifests]


def test_a_release_is_named_after_its_time_in_utc_and_its_revision():
    assert release.name(NOW, REVISION, []) == "20261123094501-1a2b3c4"
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert release.name(tokyo, REVISION, []) == "20261123094501-1a2b3c4"


@pytest.mark.parametrize("seconds", [-1, 0, 1, 59, 86_400, 400 * 86_400])
def test_a_new_name_comes_after_all_that_are_taken_whatever_the_clock_says(seconds):
    taken = [release.name(NOW + timedelta(seconds=seconds), "f" * 40, [])]
    for _ in range(5):
        new = release.name(NOW, "0" * 40, taken)
        assert new > max(taken)
        assert release.is_release(new)
        taken.append(new)


def test_a_release_of_every_kind_counts_as_taken():
    taken = [made(30, "failed").release, made(1).release]
    assert release.name(NOW, REVISION, taken) > max(taken)


LINE = {
    "release": "20261123094501-1a2b3c4",
    "state": "verified",
    "revision": REVISION,
    "branch": "main",
    "operator": "ann@desk",
}


def test_a_whole_manifest_is_read_whatever_else_it_says():
    known = {**LINE, "made_of": "abc", "at": "2026-11-23T09:45:01Z"}
    assert release.read(json.dumps({**known, "more": 5})) == Manifest(**known)
    assert release.read(json.dumps(LINE)) == Manifest(**LINE)


def test_every_half_of_a_manifest_is_none():
    whole = json.dumps(LINE)
    assert release.read(whole)
    assert not any(release.read(whole[:length]) for length in range(len(whole)))


@pytest.mark.parametrize("missing", LINE)
def test_a_manifest_without_one_of_its_parts_is_none(missing):
    assert release.read(json.dumps({**LINE, missing: None})) is None
    del (line := dict(LINE))[missing]
    assert release.read(json.dumps(line)) is None


@pytest.mark.parametrize(
    "name", ["x", "", "../x", 5, None, "20269999999999-1a2b3c4", "20261123094501"]
)
def test_a_manifest_of_what_is_no_release_is_none(name):
    assert release.read(json.dumps({**LINE, "release": name})) is None


@pytest.mark.parametrize("line", ["", "[]", "5", "null", '"x"', "{}", "\x00", "[" * 9])
def test_what_is_no_manifest_is_none(line):
    assert release.read(line) is None


def test_one_goes_back_only_to_what_was_verified_before_the_current_release():
    known = [made(1), made(2, "failed"), made(3, "ready"), made(4), made(5), made(6)]
    back = release.to_go_back_to(known, made(5).release)
    assert names(back) == names([made(1), made(4)])


def test_one_never_goes_back_without_a_current_release():
    assert release.to_go_back_to([made(1)], None) == []


def test_a_wanted_release_may_stand_anywhere_but_must_be_verified():
    known = [made(1), made(2, "failed"), made(3), made(4), made(5, "ready")]
    current = made(3).release

    def wanted(day):
        return names(release.to_go_back_to(known, current, made(day).release))

    assert wanted(1) == [made(1).release]
    assert wanted(4) == [made(4).release]
    assert [wanted(day) for day in (2, 3, 5, 9)] == [[], [], [], []]


def test_all_hosts_go_back_to_the_newest_release_that_each_of_them_can():
    assert release.common([[made(1), made(2)], [made(1), made(3)]]) == made(1)
    assert release.common([[made(1), made(2)], [made(2), made(1)]]) == made(2)
    assert release.common([[made(1)], []]) is None
    assert release.common([]) is None


STATES = ("verified", "failed", "ready")


def small_cases():
    for states in itertools.chain.from_iterable(
        itertools.product(STATES, repeat=length) for length in range(1, 6)
    ):
        known = [made(day, state) for day, state in enumerate(states, 1)]
        for current, keep in itertools.product(known, (1, 2, 3)):
            yield known, current.release, keep


def test_what_is_old_is_right_in_every_small_case():
    for known, current, keep in small_cases():
        gone = release.old(known, current, keep)
        told = f"{known} {current} {keep}: {gone}"
        stays = [each for each in known if each.release not in gone]
        assert set(gone) <= set(names(known)), told
        assert current in names(stays), told
        back = release.to_go_back_to(known, current)[-1:]
        assert back == release.to_go_back_to(stays, current)[-1:], told
        others = [each for each in stays if each.release != current]
        verified = names(each for each in others if each.state == "verified")
        assert len(verified) <= max(keep - 1, 1) + len(back), told
        failed = [each for each in known if each.state == "failed"]
        failed = names(each for each in failed if each.release != current)
        assert set(failed) - set(gone) == set(failed[-1:]), told
        assert not [each for each in others if each.state == "ready"], told
        older_stay = (
            [each for each in verified if each < (back or [None])[0].release]
            if back
            else []
        )
        newer_gone = [
            each
            for each in known
            if each.release in gone
            and each.state == "verified"
            and any(each.release > kept for kept in older_stay)
        ]
        assert not newer_gone, told


def test_as_many_verified_releases_stay_as_are_kept():
    known = [made(day) for day in range(1, 9)]
    assert release.old(known, made(8).release, 5) == names(known[:3])
    assert release.old(known, made(8).release, 1) == names(known[:6])


def test_what_is_old_does_not_depend_on_the_order_in_which_a_host_lists_it():
    known = [made(1), made(2, "failed"), made(3), made(4, "failed"), made(5), made(6)]
    for listed in itertools.permutations(known):
        assert release.old(listed, made(5).release, 2) == release.old(
            known, made(5).release, 2
        )
