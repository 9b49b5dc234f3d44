"""A host may have settings of its own: its releases are made of these, and known by them."""

HOSTS = ("web1", "web2")


def declare(operator, **own):
    """Write a fabfile in which web2 has these settings of its own."""
    operator.write_fabfile(hosts=["web1", {"name": "web2", **own}])


def greetings(operator):
    found = (
        operator.on(each, f"cat /proc/{operator.pid(each)}/environ") for each in HOSTS
    )
    return ["GREETING=hello" in each.split("\0") for each in found]


def test_a_host_runs_with_its_own_settings_and_releases_are_told_apart_by_them(
    operator,
):
    declare(operator, env={"GREETING": "hello"})
    operator.ready()
    assert greetings(operator) == [False, True]
    first = operator.current("web1")
    assert operator.current("web2") == first
    for task in ("deploy", "sync"):
        assert "live and verified" in operator.done(operator.task(task))
        assert operator.current("web2") == first
    told = operator.done(operator.task("settings"))
    assert "web2 (env GREETING=hello)" in told

    declare(operator, start="python3 -u program.py", health_check="test -e VERSION")
    operator.done(operator.task("deploy"))
    assert operator.current("web1") == operator.current("web2") != first
    assert greetings(operator) == [False, False]
    pid = operator.pid("web2")
    assert "python3 -u" in operator.on("web2", f"tr '\\0' ' ' </proc/{pid}/cmdline")
    assert "-u" not in operator.on("web1", f"cat /proc/{operator.pid('web1')}/cmdline")

    operator.done(operator.task("rollback"))
    assert greetings(operator) == [False, True]
    # each release is still known by what it is made of
    declare(operator, env={"GREETING": "hello"})
    assert "live and verified already" in operator.done(operator.task("deploy"))
