"""Rollback goes only to a release that was live and verified."""

HOSTS = ("web1", "web2", "web3")


def test_rollback_goes_to_the_verified_release_before_the_current_one(operator):
    operator.ready()
    operator.commit("two")
    operator.done(operator.task("deploy"))
    operator.commit("bad", "die")
    assert operator.fab(operator.task("deploy")).returncode == 3
    said = operator.done(operator.task("rollback"))
    assert "rolled back" in said
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3


def test_the_release_rolled_back_from_is_not_chosen_again(operator):
    operator.ready()
    for version in ("two", "three"):
        operator.commit(version)
        operator.done(operator.task("deploy"))
    operator.done(operator.task("rollback"))
    assert operator.version("web1") == "two"
    operator.done(operator.task("rollback"))
    assert operator.version("web1") == "one"
    assert operator.manifests("web1")["three"] == "failed"
    result = operator.fab(operator.task("rollback"))
    assert result.returncode == 2
    assert "nothing to go back to" in result.stderr


def test_a_release_that_only_was_switched_to_is_no_target(operator):
    operator.ready()
    for version in ("two", "three"):
        operator.commit(version)
        operator.done(operator.task("update"))
    operator.done(operator.task("rollback"))
    assert operator.version("web1") == "one"


def test_the_newest_by_mtime_is_not_what_rollback_takes(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    for version in ("two", "three"):
        operator.commit(version)
        operator.done(operator.task("deploy"))
    first = operator.on("web1", f"ls {operator.deploy_to}/releases | head -n 1")
    operator.on("web1", f"touch {operator.deploy_to}/releases/{first}")
    operator.done(operator.task("rollback"))
    assert operator.version("web1") == "two"


def test_a_rollback_to_a_chosen_release(operator):
    operator.ready()
    first = operator.current("web1")
    for version in ("two", "three"):
        operator.commit(version)
        operator.done(operator.task("deploy"))
    operator.done(operator.task("rollback"), "--release", first)
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3
    result = operator.fab(
        operator.task("rollback"), "--release", "20000101000000-abcdef0"
    )
    assert result.returncode == 2


def test_a_rollback_that_does_not_come_up_is_undone(operator):
    operator.ready()
    operator.commit("two")
    operator.done(operator.task("deploy"))
    for host in HOSTS:
        operator.on(host, f"touch /tmp/die-{operator.name}-one")
    result = operator.fab(operator.task("rollback"))
    assert result.returncode == 3
    assert [operator.version(host) for host in HOSTS] == ["two"] * 3
