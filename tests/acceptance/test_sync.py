"""What a deploy would bring; hosts that lag behind."""

HOSTS = ("web1", "web2", "web3")


def test_pending_lists_the_commits_that_are_not_live(operator):
    operator.ready()
    assert "nothing is pending" in operator.done(operator.task("pending"))
    operator.commit("two")
    operator.commit("three")
    said = operator.done(operator.task("pending"))
    assert "web1, web2, web3: " in said
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines] == ["+", "+"]
    assert lines[0].endswith("Ann: Make it three")
    assert lines[1].endswith("Ann: Make it two")


def test_pending_tells_what_a_deploy_would_take_back(operator):
    first = operator.commit("one")
    operator.ready()
    operator.commit("two")
    operator.done("-H", "web2", operator.task("deploy"))
    said = operator.done(operator.task("pending"), "--branch", first)
    assert "web1, web3: " in said
    assert "nothing is pending" in said
    assert any(line.startswith("  - ") for line in said.splitlines())


def test_pending_without_a_release_says_so(operator):
    assert "no release is live" in operator.done(operator.task("pending"))


def test_pending_diff_shows_the_change(operator):
    operator.ready()
    operator.commit("two")
    said = operator.done(operator.task("pending.diff"))
    assert "-one" in said
    assert "+two" in said


def test_a_lagging_host_gets_what_is_live_on_the_others(operator):
    operator.ready()
    operator.commit("two")
    operator.done("-H", "web1,web2", operator.task("deploy"))
    operator.commit("three")
    before = operator.pid("web1")
    said = operator.done(operator.task("sync"), "--like", "web1")
    assert "is live and verified on web3" in said
    assert [operator.version(host) for host in HOSTS] == ["two"] * 3
    assert len({operator.current(host) for host in HOSTS}) == 1
    assert operator.pid("web1") == before
    operator.done(operator.task("status"))
    said = operator.done(operator.task("sync"))
    assert "is live and verified on web1, web2, web3" in said
    operator.done(operator.task("rollback"))
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3


def test_a_new_host_gets_what_is_live_on_the_others(operator):
    operator.write_fabfile(hosts=["web1", "web2"])
    operator.commit("one")
    operator.ready()
    operator.commit("two")
    operator.write_fabfile()
    operator.done("-H", "web3", operator.task("setup"))
    operator.done(operator.task("sync"))
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3


def test_hosts_that_differ_are_no_model(operator):
    operator.ready()
    operator.commit("two")
    operator.done("-H", "web1", operator.task("deploy"))
    result = operator.fab(operator.task("sync"))
    assert result.returncode == 2
    assert "the hosts differ" in result.stderr
    assert "--like HOST" in result.stderr
    result = operator.fab(operator.task("sync"), "--like", "web9")
    assert result.returncode == 2
    assert "web9: no release is live" in result.stderr
