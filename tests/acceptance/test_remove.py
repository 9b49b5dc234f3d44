"""A service is taken off its hosts: in the right order, and never another's."""

HOSTS = ("web1", "web2", "web3")


def processes(operator, host):
    """The supervises and programs of the service on a host."""
    words = f"ps -eo args= | grep -F {operator.name} | grep -v grep || :"
    return operator.on(host, words)


def gone(operator, host):
    operator.on(host, f"test ! -e /etc/service/{operator.name}")
    operator.on(host, f"! svok {operator.service_directory}")
    operator.on(host, f"! svok {operator.service_directory}/log")
    # svscan looks every five seconds: what it would start again, it starts by then
    operator.on(host, f"sleep 6; ! svok {operator.service_directory}")


def test_a_removed_service_is_gone_and_its_directories_stay(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    said = operator.done(operator.task("remove"))
    assert "its directories stay" in said
    gone(operator, "web1")
    operator.on("web1", f"test -d {operator.deploy_to}/current/")
    operator.done(operator.task("remove"))
    operator.done(operator.task("setup"))
    assert operator.on("web1", f"svstat {operator.service_directory}").count("down")
    operator.done(operator.task("deploy"))
    assert operator.version("web1") == "one"


def test_a_purged_service_leaves_nothing_but_what_is_not_ours(operator):
    operator.ready()
    operator.on("web2", f"touch {operator.deploy_to}/notes")
    operator.done(operator.task("remove"), "--purge")
    for host in HOSTS:
        operator.on(host, f"test ! -e {operator.service_directory}")
        assert processes(operator, host) == ""
    operator.on("web1", f"test ! -e {operator.deploy_to}")
    assert operator.on("web2", f"ls -A {operator.deploy_to}") == "notes"
    operator.ready()
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3


def test_a_service_that_ignores_term_is_killed_after_its_time(operator):
    operator.write_fabfile(hosts=["web1"], stop_timeout=1)
    program = (
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(999)\n"
    )
    operator.commit("one", **{"program.py": program})
    operator.ready()
    operator.done(operator.task("remove"))
    assert processes(operator, "web1") == ""


def test_what_another_put_into_the_scan_directory_is_not_touched(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    entry = f"/etc/service/{operator.name}"
    operator.on("web1", f"mkdir -p /tmp/other && ln -sfn /tmp/other {entry}")
    result = operator.fab(operator.task("remove"), "--purge")
    assert result.returncode == 2
    assert "which is another's" in result.stderr
    operator.on("web1", f"test -L {entry} && test -d {operator.service_directory}")
    operator.on("web1", f"ln -sfn {operator.service_directory} {entry}")
    assert operator.version("web1") == "one"
