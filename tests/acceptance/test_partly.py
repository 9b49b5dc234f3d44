"""Hosts that a run may go on without: out of reach before it begins, or failed within a limit."""

import pytest

from tests.acceptance.test_danger import wait_for

HOSTS = ("web1", "web2", "web3")


@pytest.fixture
def out_of_reach(operator):
    """A service that is live everywhere; then nobody listens on web2, and there is a new version."""
    operator.ready()
    operator.commit("two")
    operator.sandbox.hosts["web2"].refuse()
    yield operator
    operator.sandbox.hosts["web2"].restart_sshd()


def versions(operator):
    for host in HOSTS:
        operator.current(host)
    return [operator.version(host) for host in HOSTS]


def last(result):
    return result.stderr.strip().splitlines()[-1]


def test_a_host_out_of_reach_stops_a_run_before_anything_changes(out_of_reach):
    result = out_of_reach.fab(out_of_reach.task("deploy"))
    assert result.returncode == 2
    assert "web2: nothing listens on" in result.stderr
    assert versions(out_of_reach) == ["one"] * 3


def test_a_host_out_of_reach_is_skipped_and_named_and_follows_by_sync(out_of_reach):
    operator = out_of_reach
    operator.write_fabfile(unreachable="skip")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 5, result.stderr
    assert "live and verified on web1, web3" in result.stdout
    assert "web2 could not be reached and was skipped" in last(result)
    assert f"fab {operator.name}.sync --like HOST" in last(result)
    assert versions(operator) == ["two", "one", "two"]
    # said again as long as it is so
    again = operator.fab(operator.task("deploy"))
    assert again.returncode == 5
    assert "live and verified already on web1, web3" in again.stdout
    assert "web2 could not be reached" in last(again)
    operator.sandbox.hosts["web2"].restart_sshd()
    operator.done(operator.task("sync"), "--like", "web1")
    assert versions(operator) == ["two"] * 3


def test_a_rollback_skips_too_and_what_takes_a_service_away_does_not(out_of_reach):
    operator = out_of_reach
    operator.done("-H", "web1,web3", operator.task("deploy"))
    operator.write_fabfile(unreachable="skip")
    result = operator.fab(operator.task("rollback"))
    assert result.returncode == 5, result.stderr
    assert "web2 could not be reached and was skipped" in last(result)
    assert versions(operator) == ["one"] * 3
    for task in ("remove", "restart", "stop", "setup"):
        assert operator.fab(operator.task(task)).returncode == 2
    assert versions(operator) == ["one"] * 3


def test_where_no_host_is_in_reach_nothing_is_skipped(out_of_reach):
    out_of_reach.write_fabfile(unreachable="skip", hosts=["web2"])
    result = out_of_reach.fab(out_of_reach.task("deploy"))
    assert result.returncode == 2
    assert "skipped" not in result.stderr


def test_what_can_be_seen_is_told_of_the_others(out_of_reach):
    operator = out_of_reach
    operator.on("web3", f"svc -d {operator.service_directory}")
    for task in ("status", "check", "releases"):
        result = operator.fab(operator.task(task))
        assert result.returncode == 2
        assert "web2: nothing listens on" in result.stderr
    status = operator.fab(operator.task("status"))
    assert "web3: the service is down" in status.stderr
    assert operator.current("web1") in status.stdout
    assert "unreachable" in status.stdout


def test_so_many_per_cent_of_the_hosts_may_fail(operator):
    operator.ready()
    operator.write_fabfile(batch_size=1, max_fail_percentage=34)
    operator.commit("two")
    operator.on("web2", f"touch /tmp/die-{operator.name}-two")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 5, result.stderr
    assert "live and verified on web1, web3" in result.stdout
    assert "web2 failed and is on the release that it had" in last(result)
    assert versions(operator) == ["two", "one", "two"]
    assert operator.manifests("web2") == {"one": "verified", "two": "failed"}


def test_above_that_all_go_back(operator):
    operator.ready()
    operator.write_fabfile(batch_size=1, max_fail_percentage=34)
    operator.commit("two")
    for host in ("web2", "web3"):
        operator.on(host, f"touch /tmp/die-{operator.name}-two")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3, result.stderr
    assert "undone: every host is on the release that it had" in result.stderr
    assert versions(operator) == ["one"] * 3
    for host in HOSTS:
        assert operator.manifests(host)["two"] == "failed"


def test_a_host_that_is_lost_within_the_limit_is_named_as_not_undone(operator):
    operator.ready()
    operator.write_fabfile(max_fail_percentage=50, settle=2)
    operator.commit("two")
    process = operator.start(operator.task("deploy"))
    wait_for(process, "[web2] restarting and verifying")
    operator.sandbox.hosts["web2"].refuse()
    operator.sandbox.hosts["web2"].cut()
    said = process.communicate(timeout=90)[0]
    operator.sandbox.hosts["web2"].restart_sshd()
    assert process.returncode == 4, said
    assert "web2 failed and is NOT undone" in said.strip().splitlines()[-1]
    assert [operator.version(host) for host in ("web1", "web3")] == ["two"] * 2
    operator.done(operator.task("deploy"), "--force")
    assert versions(operator) == ["two"] * 3


def test_a_host_that_fails_for_one_service_goes_back_with_both(operator):
    app, job = operator.write_pair(max_fail_percentage=40)
    operator.commit("one")
    operator.done(f"{app}.setup", f"{job}.setup")
    operator.done("deploy")
    operator.commit("two")
    operator.on("web3", f"touch /tmp/die-{app}-two")
    result = operator.fab("deploy")
    assert result.returncode == 5, result.stderr
    assert "web3 failed and is on the release that it had" in last(result)
    for host, version in (("web1", "two"), ("web2", "two"), ("web3", "one")):
        for name in (app, job):
            pid = operator.pid(host, name)
            assert operator.on(host, f"cat /proc/{pid}/cwd/VERSION") == version
