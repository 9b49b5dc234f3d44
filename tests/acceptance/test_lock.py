"""Two deploys at once: one of them gets every host. And a hold that outlives its session."""

import json

import pytest

from tests.acceptance.test_danger import wait_for

HOSTS = ("web1", "web2", "web3")


def test_of_two_deploys_at_once_one_gets_every_host(operator):
    """However their scripts meet: never some hosts each, never neither."""
    operator.ready()
    for number in range(3):
        operator.commit(f"v{number}")
        both = [operator.start(operator.task("deploy")) for _ in range(2)]
        said = [each.communicate(timeout=90)[0] for each in both]
        # the second may find the first at work, or find its work done
        assert 0 in [each.returncode for each in both], said
        assert {each.returncode for each in both} <= {0, 2}, said
        assert len({operator.current(host) for host in HOSTS}) == 1
        assert [operator.version(host) for host in HOSTS] == [f"v{number}"] * 3


def test_a_deploy_waits_for_another_if_it_is_asked_to(operator):
    operator.done(operator.task("setup"))
    operator.write_fabfile(build=["sleep 6"])
    first = operator.start(operator.task("deploy"))
    wait_for(first, "building")
    second = operator.fab(operator.task("deploy"), "--wait", "60")
    first.communicate()
    assert second.returncode == 0, second.stderr
    assert "[web1] waiting for the deploy lock" in second.stdout
    assert "is live and verified already" in second.stdout


def test_a_host_under_two_names_is_not_called_another_deploy(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.done(operator.task("setup"))
    operator.write_fabfile(hosts=["web1", "app@web1"])
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 2
    told = "web1: this host stands in hosts under another name too; name it once"
    assert told in result.stderr


@pytest.mark.parametrize("wait", ["soon", "-1", "1e9", "nan"])
def test_a_wait_is_seconds_or_refused(operator, wait):
    for task in ("deploy", "rollback", "update", "lock"):
        result = operator.fab(operator.task(task), f"--wait={wait}")
        assert result.returncode == 2
        assert "--wait must be" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_hold_keeps_everybody_out_until_it_is_released(operator):
    operator.ready()
    operator.commit("two")
    message = "it's $(id) 日本 maintenance"
    operator.done(operator.task("lock"), "--message", message)
    operator.done(operator.task("lock"), "--message", message)
    for task in ("deploy", "update", "rollback"):
        result = operator.fab(operator.task(task))
        assert result.returncode == 2
        for host in HOSTS:
            assert f"{host}: held by " in result.stderr
        assert message in result.stderr
        assert f"fab {operator.name}.unlock" in result.stderr
    assert message in operator.fab(operator.task("status")).stderr
    told = json.loads(operator.done(operator.task("status"), "--json"))
    assert message in told["hosts"]["web2"]["hold"]
    assert "it was held by" in operator.done(operator.task("unlock"))
    assert "was not held" in operator.done(operator.task("unlock"))
    operator.done(operator.task("deploy"))


def test_a_hold_of_another_is_not_replaced(operator):
    operator.ready()
    operator.done(operator.task("lock"), "--message", "one")
    result = operator.fab(
        operator.task("lock"), "--message", "two", LOGNAME="bob", USER="bob"
    )
    assert result.returncode == 2
    assert "held by" in result.stderr
    assert ": one" in result.stderr


def test_a_hold_without_a_reason_is_refused(operator):
    result = operator.fab(operator.task("lock"))
    assert result.returncode == 2
    assert "--message" in result.stderr
