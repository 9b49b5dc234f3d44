"""Hooks where something else is going on: hosts that wait for a word, or are skipped, and an impatient operator."""

import signal
from pathlib import Path

import pytest

from tests.acceptance.test_danger import wait_for
from tests.acceptance.test_hooks import declare, times


def test_hooks_that_outlast_the_patience_of_a_host_cost_it_nothing(operator):
    hosts = ["web1", "web2"]
    operator.write_fabfile(hosts=hosts)
    operator.done(operator.task("setup"))
    slow = "'sleep 2.2; echo at $FORKLIFT_WHEN', after='verify'"
    patience = {"hosts": hosts, "confirm_timeout": 3}
    declare(operator, [slow, f"{slow}, on='here'"], **patience)
    said = operator.done(operator.task("deploy"))
    assert len(times(said)) == 3
    left = f"find {operator.deploy_to} -name .unconfirmed"
    assert [operator.on(host, left) for host in hosts] == ["", ""]

    operator.commit("two")
    failing = "'test $FORKLIFT_HOST = web1', after='verify'"
    declare(operator, [failing, "'exit 9', after='verify', on='here'"], **patience)
    failed = operator.fab(operator.task("deploy"))
    assert failed.returncode == 3, failed.stderr
    assert "undone: every host is on the release that it had" in failed.stderr
    assert [operator.version(host) for host in hosts] == ["one", "one"]
    assert [operator.on(host, left) for host in hosts] == ["", ""]
    operator.done(operator.task("status"))


def test_hooks_run_on_the_hosts_that_are_not_skipped(operator):
    operator.ready()
    operator.commit("two")
    times_of = ("before='deploy'", "before='probe'", "before='publish'")
    told = [f"'echo at $FORKLIFT_WHEN $FORKLIFT_HOSTS', {each}" for each in times_of]
    declare(operator, told, unreachable="skip")
    operator.sandbox.hosts["web2"].refuse()
    try:
        done = operator.fab(operator.task("deploy"))
        assert done.returncode == 5, done.stderr
        assert "web2 could not be reached and was skipped" in done.stderr
        assert sorted(times(done.stdout)) == [
            (host, f"{when} {hosts}")
            for host in ("web1", "web3")
            for when, hosts in (
                ("before deploy", "web1 web2 web3"),
                ("before probe", "web1 web2 web3"),
                ("before publish", "web1 web3"),
            )
        ]
        # what is done once is not left out with its host
        once = ["'true', before='deploy', on='primary'"]
        declare(operator, once, unreachable="skip", hosts=["web2", "web3"])
        refused = operator.fab(operator.task("deploy"))
        assert refused.returncode == 2
        assert "web2: nothing listens on" in refused.stderr
    finally:
        operator.sandbox.hosts["web2"].restart_sshd()


STUBBORN = (
    'echo $$ >{0}; trap "echo told" TERM; echo ready; while :; do sleep 60 & wait; done'
)


@pytest.mark.parametrize(
    ("place", "status", "ending"),
    [
        ("hosts", 4, "interrupted twice, left at once: what was begun is NOT undone"),
        ("here", 3, "undone: every host is on the release that it had"),
    ],
)
def test_a_second_ctrl_c_ends_a_stubborn_hook_at_once(
    operator, place, status, ending, tmp_path
):
    noted = tmp_path / "pid" if place == "here" else Path("/tmp", operator.name)
    operator.write_fabfile(hosts=["web1"])
    operator.ready()
    operator.commit("two")
    line = STUBBORN.format(noted)
    declare(operator, [f"'{line}', after='verify', on={place!r}"], hosts=["web1"])
    process = operator.start(operator.task("deploy"))
    wait_for(process, "| ready")
    process.send_signal(signal.SIGINT)
    wait_for(process, "| told")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == status, said
    assert ending in said
    assert "Traceback" not in said
    if place == "here":
        assert not Path("/proc", noted.read_text().strip()).exists()
        assert operator.version("web1") == "one"
    else:
        operator.write_fabfile(hosts=["web1"])
        # what was left at once is in nobody's way
        operator.done(operator.task("deploy"), "--wait", "30")
        assert operator.version("web1") == "two"


def test_two_services_have_their_hooks_and_one_that_fails_brings_both_back(operator):
    told = "echo at $FORKLIFT_SERVICE $FORKLIFT_WHEN"
    hooks = [
        {"run": told, "on": "primary", "before": each} for each in ("deploy", "publish")
    ]
    hooks += [{"run": told, "on": "primary", "after": "verify"}]
    pair = {"hosts": ["web1", "web2"], "hooks": hooks}
    app, job = operator.write_pair(**pair)
    operator.commit("one")
    operator.done(f"{app}.setup", f"{job}.setup")
    said = times(operator.done("deploy"))
    assert [each for _, each in said] == [
        f"{job} before deploy",
        f"{app} before deploy",
        f"{job} before publish",
        f"{job} after verify",
        f"{app} before publish",
        f"{app} after verify",
    ]
    operator.commit("two")
    failing = {"run": f"test $FORKLIFT_SERVICE != {app}", "after": "verify"}
    operator.write_pair(**{**pair, "hooks": [*hooks, failing]})
    failed = operator.fab("deploy")
    assert failed.returncode == 3, failed.stderr
    assert "undone: every host is on the release that it had" in failed.stderr
    for host in ("web1", "web2"):
        for name in (app, job):
            pid = operator.pid(host, name)
            assert operator.on(host, f"cat /proc/{pid}/cwd/VERSION") == "one"
