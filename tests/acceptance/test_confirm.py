"""Hosts that go back by themselves once the operator's side is silent."""

import json

import pytest

from sandbox import waiting
from tests.acceptance.test_danger import wait_for

HOSTS = ("web1", "web2", "web3")


@pytest.fixture
def confirmed(operator):
    """A service that is live everywhere, whose next version has to be confirmed within three seconds."""
    operator.ready()
    operator.write_fabfile(confirm_timeout=3)
    operator.commit("two")
    return operator


def went_back(operator, host):
    text = operator.on(host, f"cat {operator.deploy_to}/deploys.jsonl")
    undone = [json.loads(each) for each in text.splitlines() if '"undone"' in each]
    return any("was silent for 3 s" in each["reason"] for each in undone)


def versions(operator):
    for host in HOSTS:
        operator.current(host)
    return [operator.version(host) for host in HOSTS]


def left(operator, host):
    """What is left of the watch over a host."""
    return operator.on(host, f"find {operator.deploy_to} -name .unconfirmed")


def test_a_deploy_that_is_confirmed_stays(confirmed):
    confirmed.done(confirmed.task("deploy"))
    assert versions(confirmed) == ["two"] * 3
    assert [left(confirmed, host) for host in HOSTS] == [""] * 3
    confirmed.commit("three")
    confirmed.done(confirmed.task("deploy"))
    confirmed.done(confirmed.task("rollback"))
    assert versions(confirmed) == ["two"] * 3
    confirmed.done(confirmed.task("status"))


def test_batches_that_take_longer_hear_from_the_operator_meanwhile(confirmed):
    confirmed.write_fabfile(confirm_timeout=3, batch_size=2, batch_wait=7)
    confirmed.done(confirmed.task("deploy"))
    assert versions(confirmed) == ["two"] * 3


def test_a_client_that_is_killed_takes_its_release_with_it(confirmed):
    confirmed.write_fabfile(confirm_timeout=3, batch_size=2, batch_wait=60)
    process = confirmed.start(confirmed.task("deploy"))
    wait_for(process, "[web1] restarting and verifying")
    process.kill()
    process.communicate()
    confirmed.write_fabfile(confirm_timeout=3)
    confirmed.commit("three")
    # it is kept out until the hosts have gone back
    confirmed.done(confirmed.task("deploy"), "--wait", "90")
    assert versions(confirmed) == ["three"] * 3
    for host in ("web1", "web2"):
        assert went_back(confirmed, host)
        assert confirmed.manifests(host)["two"] == "failed"


def test_a_host_that_does_not_hear_the_operator_goes_back_and_then_all_do(confirmed):
    confirmed.write_fabfile(confirm_timeout=3, batch_size=2, batch_wait=20)
    process = confirmed.start(confirmed.task("deploy"))
    wait_for(process, "[web1] restarting and verifying")
    deployed = f"grep -c '\"deployed\"' {confirmed.deploy_to}/deploys.jsonl"
    web1 = confirmed.sandbox.hosts["web1"]
    waiting.until(lambda: confirmed.on("web1", deployed) == "2", "web1 is not switched")
    web1.refuse()
    web1.cut()
    waiting.until(lambda: went_back(confirmed, "web1"), "web1 stays")
    web1.restart_sshd()
    said = process.communicate(timeout=90)[0]
    assert process.returncode == 3, said
    assert "web1: no word came here in time" in said
    assert "undone: every host is on the release that it had" in said
    assert versions(confirmed) == ["one"] * 3


def test_status_tells_what_waits_to_be_confirmed(operator):
    operator.ready()
    waiting_there = f"{operator.deploy_to}/.unconfirmed"
    release = operator.current("web2")
    operator.on("web2", f"echo {release} >{waiting_there}")
    result = operator.fab(operator.task("status"))
    assert f"web2: {release} waits to be confirmed" in result.stderr
    assert "web1: " not in result.stderr
    told = json.loads(operator.fab(operator.task("status"), "--json").stdout)
    found = {host: each["unconfirmed"] for host, each in told["hosts"].items()}
    assert found == {"web1": None, "web2": release, "web3": None}
    operator.on("web2", f"rm {waiting_there}")
