"""What goes wrong from outside: a client that is killed, a second deploy, a push meanwhile."""

import random
import re
import time

HOSTS = ("web1", "web2", "web3")


def wait_for(process, words):
    """Read fab's output until it says *words*."""
    said = ""
    for line in process.stdout:
        if words in line:
            return
        said += line
    raise AssertionError(f"fab ended without saying {words}:\n{said}")


def test_a_client_killed_at_any_moment_leaves_a_complete_current(operator):
    """And the next deploy works unaided and publishes what it says."""
    operator.ready()
    moments = random.Random(7)  # noqa: S311 # no secret: moments to kill at
    for number in range(6):
        operator.commit(f"v{number}")
        process = operator.start(operator.task("deploy"))
        time.sleep(moments.uniform(0.2, 1.6))
        process.kill()
        process.communicate()
        for host in HOSTS:
            operator.current(host)
    operator.commit("last")
    operator.done(operator.task("deploy"))
    assert [operator.version(host) for host in HOSTS] == ["last"] * 3
    left = operator.on(
        "web1", f"ls -A {operator.deploy_to}/releases {operator.deploy_to}"
    )
    assert ".new." not in left
    assert ".fifo" not in left


def test_a_second_deploy_is_refused_while_one_is_under_way(operator):
    operator.done(operator.task("setup"))
    operator.write_fabfile(build=["sleep 7"])
    first = operator.start(operator.task("deploy"))
    wait_for(first, "building")
    second = operator.fab(operator.task("deploy"))
    first.communicate()
    assert first.returncode == 0
    assert second.returncode == 2
    assert "is being deployed by" in second.stderr
    assert re.search(r" since .*, with HEAD \([0-9a-f]{7}\)", second.stderr)


def test_a_killed_client_leaves_no_lock(operator):
    operator.done(operator.task("setup"))
    operator.write_fabfile(build=["sleep 2"])
    first = operator.start(operator.task("deploy"))
    wait_for(first, "building")
    first.kill()
    first.communicate()
    operator.write_fabfile()
    operator.done(operator.task("deploy"))


def test_a_push_in_the_middle_changes_nothing_for_this_deploy(operator):
    operator.done(operator.task("setup"))
    operator.write_fabfile(build=["sleep 1"])
    first = operator.commit("one")
    process = operator.start(operator.task("deploy"))
    wait_for(process, "building")
    operator.commit("two")
    process.communicate()
    assert process.returncode == 0
    for host in HOSTS:
        assert operator.version(host) == "one"
        assert first[:7] in operator.current(host)


def test_a_log_service_that_cannot_write_is_seen_before_anything_changes(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    main = f"{operator.service_directory}/log/main"
    operator.on(
        "web1",
        f"chown root {main} && chmod 700 {main} && svc -t {operator.service_directory}/log",
    )
    operator.commit("two")
    result = operator.fab(operator.task("deploy"))
    checked = operator.fab(operator.task("check"))
    operator.on("web1", f"chmod 2750 {main} && chown app {main}")
    for each in (result, checked):
        assert each.returncode == 2
        assert "web1: the log service of" in each.stderr
    assert operator.manifests("web1") == {"one": "verified"}
