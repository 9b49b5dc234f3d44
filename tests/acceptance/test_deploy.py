"""What a deploy leaves on the hosts, when it works and when it does not."""

import json

import pytest

from tests.acceptance.anns import PROGRAM
from tests.acceptance.test_hooks import declare

PART = {"program.py": PROGRAM, "VERSION": "part", "behaviour": ""}
HOSTS = ("web1", "web2", "web3")
#: git asks it what has changed, and it has no answer before the deploy is all but done, or 10 seconds
SLOW = """\
#!/bin/sh
for moment in $(seq 200); do
    [ ! -e .git/deployed ] || { echo when all was verified >.git/told; exit 1; }
    sleep 0.05
done
exit 1
"""


def test_the_first_deploy_brings_the_revision_up_on_every_host(operator):
    operator.done(operator.task("setup"))
    said = operator.done(operator.task("deploy"))
    assert "is live and verified on web1, web2, web3" in said
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3
    assert len({operator.current(host) for host in HOSTS}) == 1


def test_a_redeploy_replaces_what_runs(operator):
    operator.ready()
    before = {host: operator.pid(host) for host in HOSTS}
    operator.commit("two")
    operator.done(operator.task("deploy"))
    for host in HOSTS:
        assert operator.version(host) == "two"
        assert operator.pid(host) != before[host]


def test_failed_releases_are_kept_to_be_looked_at(operator):
    operator.write_fabfile(keep_failed=2, hosts=["web1"])
    operator.commit("one")
    operator.ready()
    for version in ("bad", "worse", "worst"):
        operator.commit(version, "die")
        assert operator.fab(operator.task("deploy")).returncode == 3
    operator.commit("two")
    said = operator.done(operator.task("deploy"))
    assert said.rstrip().endswith("is live and verified on web1")
    states = operator.manifests("web1")
    assert states == {
        "one": "verified",
        "worse": "failed",
        "worst": "failed",
        "two": "verified",
    }


def test_a_deploy_takes_at_most_three_rounds_a_host_and_one_to_remove_old_releases(
    operator,
):
    operator.done(operator.task("setup"))
    before = {host: operator.sandbox.hosts[host].execs() for host in HOSTS}
    logins = {host: operator.sandbox.hosts[host].connections() for host in HOSTS}
    operator.done(operator.task("deploy"))
    for host in HOSTS:
        here = operator.sandbox.hosts[host]
        assert here.execs() - before[host] <= 4
        assert here.connections() - logins[host] == 1


@pytest.mark.parametrize("behaviour", ["die", "later"])
def test_a_release_that_does_not_stay_up_is_undone(operator, behaviour):
    operator.write_fabfile(settle=1)
    operator.commit("one")
    operator.ready()
    before = operator.current("web1")
    operator.commit("bad", behaviour)
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3
    assert "undone: every host is on the release that it had" in result.stderr
    for host in HOSTS:
        assert operator.current(host) == before
        assert operator.version(host) == "one"
        assert operator.manifests(host) == {"one": "verified", "bad": "failed"}


def test_the_log_of_what_failed_is_shown(operator):
    operator.ready()
    operator.commit("bad", "die")
    result = operator.fab(operator.task("deploy"))
    assert "this release is broken" in result.stderr


def test_one_host_that_fails_brings_all_back(operator):
    operator.ready()
    before = operator.current("web1")
    operator.commit("two")
    operator.on("web2", f"touch /tmp/die-{operator.name}-two")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3
    assert "undone: every host is on the release that it had" in result.stderr
    for host in HOSTS:
        assert operator.current(host) == before
        assert operator.version(host) == "one"
        assert operator.manifests(host)["two"] == "failed"


def test_a_host_that_cannot_go_back_is_named(operator):
    operator.ready()
    operator.commit("two")
    operator.on("web2", f"touch /tmp/die-{operator.name}-two")
    operator.on("web2", f"touch /tmp/die-{operator.name}-one")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 4
    assert "NOT undone on web2" in result.stderr
    for host in ("web1", "web3"):
        assert operator.version(host) == "one"


def test_one_host_that_cannot_build_leaves_every_host_as_it_was(operator):
    operator.ready()
    before = operator.current("web1")
    operator.write_fabfile(build=[f"test ! -e /tmp/no-build-{operator.name}"])
    operator.commit("two")
    operator.on("web3", f"touch /tmp/no-build-{operator.name}")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3
    assert "web3: building: test ! -e" in result.stderr
    assert "nothing was switched" in result.stderr
    for host in HOSTS:
        assert operator.current(host) == before
        assert operator.manifests(host) == {"one": "verified"}


def test_update_switches_and_leaves_the_process_alone(operator):
    operator.ready()
    before = operator.pid("web1")
    operator.commit("two")
    operator.done(operator.task("update"))
    assert operator.pid("web1") == before
    assert operator.on("web1", f"cat {operator.deploy_to}/current/VERSION") == "two"
    status = operator.fab(operator.task("status"))
    assert status.returncode == 2
    assert "what runs is" in status.stderr
    operator.done(operator.task("restart"))
    assert operator.version("web1") == "two"
    assert operator.manifests("web1")["two"] == "verified"
    operator.done(operator.task("status"))


def test_old_releases_are_removed_and_the_good_ones_kept(operator):
    operator.write_fabfile(keep_releases=2, hosts=["web1"])
    operator.commit("one")
    operator.ready()
    for version in ("two", "three", "four"):
        operator.commit(version)
        operator.done(operator.task("deploy"))
    assert operator.manifests("web1") == {"three": "verified", "four": "verified"}


def test_the_history_on_each_host_says_what_happened(operator):
    operator.write_fabfile(hosts=["web1"])
    revision = operator.commit("one")
    operator.ready()
    operator.commit("bad", "die")
    operator.fab(operator.task("deploy"))
    lines = operator.on("web1", f"cat {operator.deploy_to}/deploys.jsonl").splitlines()
    outcomes = [json.loads(line)["outcome"] for line in lines]
    assert outcomes == ["updated", "deployed", "undone"]
    told = json.loads(lines[1])
    assert (told["service"], told["host"], told["task"], told["branch"]) == (
        operator.name,
        "web1",
        "deploy",
        "HEAD",
    )
    assert list(told["phases"]) == ["probe", "prepare", "publish", "verify"]
    assert all(seconds > 0 for seconds in told["phases"].values())
    assert list(json.loads(lines[2])["phases"])[-1] == "revert"
    assert json.loads(lines[1])["revision"] == revision
    assert json.loads(lines[1])["seconds"] > 0.3
    assert "reason" not in json.loads(lines[1])
    assert "does not stay up" in json.loads(lines[2])["reason"]
    said = operator.on("web1", f"cat {operator.deploy_to}/revisions.log")
    assert f"Branch HEAD (at {revision}) deployed as release" in said
    assert "rolled back" not in said


def test_a_rollback_stands_in_the_log_of_revisions(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    release = operator.current("web1")
    operator.commit("two")
    operator.done(operator.task("deploy"))
    operator.done(operator.task("rollback"))
    last = operator.on("web1", f"tail -n 1 {operator.deploy_to}/revisions.log")
    assert last.endswith(f" rolled back to release {release}")
    told = json.loads(
        operator.on("web1", f"tail -n 1 {operator.deploy_to}/deploys.jsonl")
    )
    assert (told["task"], told["outcome"]) == ("rollback", "deployed")


def test_a_release_that_cannot_be_made_stands_in_the_history_of_every_host(operator):
    operator.write_fabfile(build=[f"test ! -e /tmp/no-build-{operator.name}"])
    operator.commit("one")
    operator.ready()
    operator.on("web3", f"touch /tmp/no-build-{operator.name}")
    operator.commit("two")
    assert operator.fab(operator.task("deploy")).returncode == 3
    for host in HOSTS:
        log = operator.on(host, f"tail -n 1 {operator.deploy_to}/deploys.jsonl")
        told = json.loads(log)
        assert (told["host"], told["outcome"]) == (host, "undone")
        another = told["reason"] == "another host failed"
        assert another is (host != "web3")


def test_a_release_that_went_live_and_back_stands_so_in_the_log_of_revisions(operator):
    operator.ready()
    before = operator.current("web1")
    operator.write_fabfile(batch_size=1)
    operator.commit("two")
    operator.on("web2", f"touch /tmp/die-{operator.name}-two")
    assert operator.fab(operator.task("deploy")).returncode == 3
    logs = [
        operator.on(host, f"tail -n 1 {operator.deploy_to}/revisions.log")
        for host in HOSTS
    ]
    assert logs[0].endswith(f" rolled back to release {before}")
    assert "rolled back" not in logs[1] + logs[2]


def test_uncommitted_work_is_not_deployed_and_is_mentioned_and_nobody_waits_for_that(
    operator,
):
    declare(operator, ["'touch .git/deployed', after='verify', on='here'"])
    operator.commit("one")
    operator.done(operator.task("setup"))
    (operator.folder / "VERSION").write_text("uncommitted")
    program = operator.folder / ".git" / "slow"
    program.write_text(SLOW)
    program.chmod(0o755)
    operator._git("config", "core.fsmonitor", str(program))
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 0
    assert "1 uncommitted files" in result.stderr
    assert operator.version("web1") == "one"
    assert (operator.folder / ".git" / "told").read_text() == "when all was verified\n"


def test_what_is_live_already_is_not_released_again(operator):
    operator.ready()
    before = {host: (operator.current(host), operator.pid(host)) for host in HOSTS}
    execs = {host: operator.sandbox.hosts[host].execs() for host in HOSTS}
    said = operator.done(operator.task("deploy"))
    assert "is live and verified already on web1, web2, web3" in said
    assert "unpacking" not in said
    for host in HOSTS:
        assert (operator.current(host), operator.pid(host)) == before[host]
        assert operator.sandbox.hosts[host].execs() - execs[host] == 1


def test_what_is_live_already_is_released_again_by_force(operator):
    operator.ready()
    before = operator.current("web1")
    operator.done(operator.task("deploy"), "--force")
    assert operator.current("web1") != before
    assert operator.version("web1") == "one"


def test_the_same_revision_with_other_settings_is_released(operator):
    operator.ready()
    operator.write_fabfile(env={"NAME": operator.name, "GREETING": "hello"})
    said = operator.done(operator.task("deploy"))
    assert "is live and verified on web1, web2, web3" in said


def test_what_is_live_on_some_hosts_only_is_released_on_all(operator):
    operator.ready()
    operator.commit("two")
    operator.done("-H", "web2", operator.task("deploy"))
    operator.done(operator.task("deploy"))
    assert [operator.version(host) for host in HOSTS] == ["two"] * 3
    assert len({operator.current(host) for host in HOSTS}) == 1


def test_what_is_live_but_not_up_is_released_again(operator):
    operator.ready()
    operator.done(operator.task("stop"))
    operator.done(operator.task("deploy"))
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3


def test_a_directory_of_the_repository_is_deployed_as_the_whole(operator):
    part = {f"it's/a part/{name}": text for name, text in PART.items()}
    operator.write_fabfile(repo_tree="it's/a part", hosts=["web1"])
    operator.commit("whole", **part)
    operator.ready()
    assert operator.version("web1") == "part"
    held = operator.on("web1", f"ls {operator.deploy_to}/current").split()
    assert held == ["VERSION", "behaviour", "program.py"]
