"""A connection that breaks, a host that falls silent, an operator who stops the run: one outcome each."""

import signal

import pytest

from sandbox import waiting
from tests.acceptance.test_danger import wait_for

HOSTS = ("web1", "web2", "web3")


@pytest.fixture
def running(operator):
    """A service that is live everywhere, and a new version that takes four seconds to verify."""
    operator.ready()
    operator.write_fabfile(settle=4)
    operator.commit("two")
    return operator


def ended(process):
    """Read the rest of what fab says, and how it ended."""
    said = process.communicate(timeout=90)[0]
    return process.returncode, said


def is_on(operator, version, hosts=HOSTS):
    for host in hosts:
        operator.current(host)
        assert operator.version(host) == version
        said = operator.on(host, f"cat {operator.deploy_to}/current/VERSION")
        assert said == version


def next_deploy_works(operator):
    operator.write_fabfile()
    operator.commit("next")
    operator.done(operator.task("deploy"))
    is_on(operator, "next")


def test_a_host_whose_connection_breaks_while_it_restarts_is_asked_anew_and_goes_back(
    running,
):
    process = running.start(running.task("deploy"))
    wait_for(process, "[web2] restarting and verifying")
    running.sandbox.hosts["web2"].cut()
    status, said = ended(process)
    assert status == 3, said
    assert "web2: the connection broke during restarting" in said
    assert "undone: every host is on the release that it had" in said
    is_on(running, "one")
    assert running.manifests("web2") == {"one": "verified", "two": "failed"}
    next_deploy_works(running)


def test_a_host_that_cannot_be_reached_again_is_named(running):
    process = running.start(running.task("deploy"))
    wait_for(process, "[web2] restarting and verifying")
    running.sandbox.hosts["web2"].refuse()
    running.sandbox.hosts["web2"].cut()
    status, said = ended(process)
    running.sandbox.hosts["web2"].restart_sshd()
    assert status == 4, said
    assert "NOT undone on web2" in said
    is_on(running, "one", ("web1", "web3"))
    next_deploy_works(running)


def test_a_connection_that_breaks_while_a_release_is_made_leaves_all_as_it_was(running):
    running.write_fabfile(build=["sleep 3"])
    process = running.start(running.task("deploy"))
    wait_for(process, "[web2] building")
    running.sandbox.hosts["web2"].cut()
    status, said = ended(process)
    assert status == 3, said
    assert "nothing was switched" in said
    is_on(running, "one")
    next_deploy_works(running)


def test_a_host_that_falls_silent_is_given_up_and_named_and_the_others_go_back(running):
    process = running.start(running.task("deploy"))
    wait_for(process, "[web3] restarting and verifying")
    running.sandbox.hosts["web3"].freeze()
    status, said = ended(process)
    running.sandbox.hosts["web3"].thaw()
    assert status == 4, said
    assert "NOT undone on web3" in said
    is_on(running, "one", ("web1", "web2"))
    next_deploy_works(running)


def test_a_host_that_falls_silent_while_a_release_is_made_stops_nothing_else(running):
    running.write_fabfile(build=["sleep 3"])
    process = running.start(running.task("deploy"))
    wait_for(process, "[web3] building")
    running.sandbox.hosts["web3"].freeze()
    status, said = ended(process)
    running.sandbox.hosts["web3"].thaw()
    assert status == 3, said
    assert "web3: the connection broke during building" in said
    is_on(running, "one")
    next_deploy_works(running)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_deploy_that_is_stopped_while_it_restarts_is_undone(running, number):
    process = running.start(running.task("deploy"))
    wait_for(process, "restarting and verifying")
    process.send_signal(number)
    status, said = ended(process)
    assert status == 3, said
    assert "interrupted" in said
    assert "undone: every host is on the release that it had" in said
    is_on(running, "one")
    next_deploy_works(running)


def test_a_deploy_that_is_stopped_while_releases_are_made_leaves_none(running):
    running.write_fabfile(build=["sleep 5"])
    process = running.start(running.task("deploy"))
    wait_for(process, "building")
    process.send_signal(signal.SIGINT)
    status, said = ended(process)
    assert status == 3, said
    assert "interrupted; nothing was switched" in said
    is_on(running, "one")
    for host in HOSTS:
        assert running.manifests(host) == {"one": "verified"}
    next_deploy_works(running)


def test_a_deploy_that_is_stopped_when_all_is_live_is_not_called_undone(running):
    running.write_fabfile()
    process = running.start(running.task("deploy"))
    wait_for(process, "is live and verified on")
    process.send_signal(signal.SIGINT)
    assert "nothing was switched" not in ended(process)[1]
    is_on(running, "two")
    next_deploy_works(running)


def test_a_deploy_that_is_stopped_twice_says_what_is_left(running):
    process = running.start(running.task("deploy"))
    wait_for(process, "restarting and verifying")
    process.send_signal(signal.SIGINT)
    wait_for(process, "going back")
    process.send_signal(signal.SIGINT)
    status, said = ended(process)
    assert status == 4, said
    assert "NOT undone; web1, web2, web3 may be on either release" in said
    next_deploy_works(running)


def test_a_restart_that_is_stopped_says_how_to_see_what_became_of_it(running):
    before = running.pid("web1")
    process = running.start(running.task("restart"))
    watching = f"svstat {running.service_directory}"

    def is_restarted():
        said = running.on("web1", watching)
        return "up (pid " in said and f"(pid {before})" not in said

    waiting.until(is_restarted, "nothing is restarted")
    process.send_signal(signal.SIGINT)
    status, said = ended(process)
    assert status == 4, said
    assert f"fab {running.name}.status" in said


def test_a_deploy_that_is_stopped_while_it_waits_for_another_leaves_that_alone(running):
    running.write_fabfile(build=["sleep 6"])
    first = running.start(running.task("deploy"))
    wait_for(first, "building")
    second = running.start(running.task("deploy"), "--wait", "60")
    wait_for(second, "waiting for the deploy lock")
    second.send_signal(signal.SIGINT)
    status, said = ended(second)
    assert status == 3, said
    assert "interrupted; nothing was switched" in said
    assert ended(first)[0] == 0
    is_on(running, "two")


def test_a_rollback_that_is_stopped_is_undone(running):
    running.done(running.task("deploy"))
    process = running.start(running.task("rollback"))
    wait_for(process, "restarting and verifying")
    process.send_signal(signal.SIGINT)
    status, said = ended(process)
    assert status == 3, said
    is_on(running, "two")
