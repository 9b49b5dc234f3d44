"""What is known of a service on a host, and what it is called."""

import pytest

from deploy.commands.facts import read
from deploy.facts import HostFacts, Supervised
from deploy.release import Manifest

MANIFEST = (
    '{"release": "20261123094501-1a2b3c4", "state": "verified", "revision": "1a2b3c4d",'
    ' "branch": "main", "operator": "ann@desk","at":"2026-11-23T09:45:09Z"}'
)

PRINTED = f"""\
lock mine
user app
clock 1795426701
missing_tool multilog
missing_tool flock
no_scan_directory /etc/service
deploy_to writable
free_kib 123456
free_inodes 789
current 20261123094501-1a2b3c4
manifest {MANIFEST}
manifest {{"release": "2026
missing_file config/it's a file.yml
service_supervised yes
service state=up pid=4711 started=1795426600 want=up paused=no steady=yes release=20261123094501-1a2b3c4
service_down_file yes
log_supervised yes
log state=up pid=4712 started=1795426601 want=none paused=paused steady=no release=
differs run
differs log/run
"""


def test_every_fact_that_a_host_prints_is_read():
    known = ("20261123094501-1a2b3c4", "verified", "1a2b3c4d", "main", "ann@desk")
    live = Manifest(*known, at="2026-11-23T09:45:09Z")
    facts = read(PRINTED)
    assert facts == HostFacts(
        user="app",
        clock=1795426701,
        deploy_to="writable",
        free_kib=123456,
        free_inodes=789,
        current=live.release,
        manifests=(live,),
        missing_tools=("multilog", "flock"),
        missing_files=("config/it's a file.yml",),
        scan_directory=False,
        differs=("run", "log/run"),
        service=Supervised(
            answers=True,
            up=True,
            pid=4711,
            started=1795426600,
            want="up",
            release=live.release,
            down_file=True,
        ),
        log=Supervised(
            answers=True,
            up=True,
            pid=4712,
            started=1795426601,
            want="none",
            paused=True,
            steady=False,
        ),
        lock="mine",
    )
    assert facts.live == live


def test_a_host_that_prints_nothing_has_nothing():
    assert read("") == HostFacts()
    assert read("").live is None


def test_lines_of_no_fact_are_passed_over():
    assert read("motd: hello\n\nuser app\n") == HostFacts(user="app")


def test_a_current_release_without_a_manifest_is_not_live():
    assert read("current 20261123094501-1a2b3c4\n").live is None


@pytest.mark.parametrize("number", ["", "-", "x", "1x", "²", "--5"])
def test_a_number_that_is_none_counts_as_0(number):
    assert read(f"free_inodes {number}\n").free_inodes == 0


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ({}, "not supervised"),
        ({"answers": True}, "down"),
        ({"answers": True, "up": True}, "up"),
        ({"answers": True, "up": True, "steady": False}, "flapping"),
        ({"answers": True, "up": True, "paused": True}, "paused"),
        ({"answers": True, "up": True, "want": "down"}, "stopping"),
    ],
)
def test_each_state_has_its_word_and_only_up_is_healthy(state, word):
    supervised = Supervised(**state)
    assert supervised.word == word
    assert supervised.healthy == (word in ("up", "stopping"))
