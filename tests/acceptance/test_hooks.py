"""Hooks run when their time has come, where they were asked for, and a phase fails by its hooks."""

import re
import signal

from tests.acceptance.test_danger import wait_for

HOSTS = ("web1", "web2", "web3")
RECORD = """\
def note(occasion):
    import pathlib
    with pathlib.Path("noted").open("a") as noted:
        print(occasion.when, *occasion.hosts, occasion.release, file=noted)
"""


def declare(operator, hooks, **settings):
    """Write a fabfile with *hooks*, the arguments of a Hook each."""
    operator.write_fabfile(hooks="HOOKS", **settings)
    fabfile = operator.folder / "fabfile.py"
    text = fabfile.read_text().replace("import Python", "import Hook, Python")
    made = ", ".join(f"Hook({each})" for each in hooks)
    fabfile.write_text(RECORD + text.replace("'HOOKS'", f"[{made}]"))


def times(said):
    """What hooks told of their time and place, in order."""
    return re.findall(r"^\[(\w+)\] \| at (.*)$", said, re.MULTILINE)


def states(operator, host):
    """The versions of the releases on a host."""
    return sorted(operator.manifests(host))


def history(operator, host, word):
    return operator.on(
        host, f"grep -c '\"{word}\"' {operator.deploy_to}/deploys.jsonl || true"
    )


def test_hooks_run_in_the_order_of_the_phases_where_they_were_asked_for(operator):
    told = "'echo at $FORKLIFT_WHEN ${FORKLIFT_RELEASE:-?} ${PWD##*/}'"
    phases = ("deploy", "probe", "prepare", "publish", "finish")
    hooks = [f"{told}, before={each!r}, on='primary'" for each in phases]
    hooks += [
        f"{told}, after='prepare'",
        f"{told}, after='verify', on='here'",
        "note, after='verify'",
        "note, after='deploy'",
    ]
    hosts = ["web1", "web2"]
    operator.write_fabfile(hosts=hosts)
    operator.done(operator.task("setup"))
    before = operator.current("web1")
    declare(operator, hooks, hosts=hosts)
    said = operator.done(operator.task("deploy"))
    new = operator.current("web1")
    told = times(said)
    assert sorted(told[3:5]) == [(h, f"after prepare {new} {new}") for h in hosts]
    assert told[:3] + told[5:] == [
        ("web1", f"before deploy {before} {before}"),
        ("web1", f"before probe {before} {before}"),
        ("web1", f"before prepare {new} {before}"),
        ("web1", f"before publish {new} {new}"),
        ("here", f"after verify {new} {operator.folder.name}"),
        ("web1", f"before finish {new} {new}"),
    ]
    noted = (operator.folder / "noted").read_text()
    assert noted == f"after verify web1 web2 {new}\nafter deploy web1 web2 \n"


def test_a_rehearsal_shows_hooks_and_runs_none(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.done(operator.task("setup"))
    mark = f"touch /tmp/{operator.name}"
    where = ("on='here'", "on='hosts'", "as_service=True")
    hooks = [f"{mark!r}, before='publish', {each}" for each in where]
    declare(operator, [*hooks, "note, before='deploy'"], hosts=["web1"])
    said = operator.done("--dry", operator.task("deploy"))
    assert f"[here] $ {mark}" in said
    assert said.count("run_hook 'hook before publish") == 2
    assert "[here] $ # hook before deploy: note" in said
    operator.on("web1", f"test ! -e /tmp/{operator.name}")
    assert not (operator.folder / "noted").exists()


def test_a_hook_that_fails_fails_its_phase_and_is_undone_like_it(operator):
    operator.ready()
    operator.commit("two")
    on_web2 = "if [ $FORKLIFT_HOST = web2 ]; then echo so it is; exit 72; fi"
    declare(operator, [f"{on_web2!r}, after='prepare'"])
    failed = operator.fab(operator.task("deploy"))
    assert failed.returncode == 3
    assert (
        f"web2: hook after prepare: {on_web2} failed (exit status 72)" in failed.stderr
    )
    assert "    so it is" in failed.stderr
    assert "nothing was switched" in failed.stderr
    assert [states(operator, host) for host in HOSTS] == [["one"]] * 3
    assert [history(operator, host, "undone") for host in HOSTS] == ["1"] * 3

    hooks = [
        f"{on_web2!r}, after='verify'",
        "note, after='revert'",
        "note, after='deploy'",
    ]
    declare(operator, hooks)
    failed = operator.fab(operator.task("deploy"))
    assert failed.returncode == 3, failed.stdout
    assert "undone: every host is on the release that it had" in failed.stderr
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3
    assert operator.manifests("web2") == {"one": "verified", "two": "failed"}
    noted = (operator.folder / "noted").read_text()
    assert noted.startswith("after revert web1 web2 web3 ")
    assert noted.count("\n") == 1


def test_each_batch_has_its_hooks_and_hosts_may_fail_by_them(operator):
    operator.ready()
    operator.commit("two")
    here = "'echo at $FORKLIFT_WHEN $FORKLIFT_HOSTS', on='here'"
    hooks = [
        f"{here}, before='publish'",
        "'test $FORKLIFT_HOST != web2', before='publish'",
        f"{here}, after='verify'",
    ]
    declare(operator, hooks, batch_size=2, max_fail_percentage=40)
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 5
    assert times(result.stdout) == [
        ("here", "before publish web1 web2"),
        ("here", "after verify web1"),
        ("here", "before publish web3"),
        ("here", "after verify web3"),
    ]
    assert [operator.version(host) for host in HOSTS] == ["two", "one", "two"]
    assert "web2 failed and is on the release that it had" in result.stderr


def test_what_fails_before_anything_or_after_everything_undoes_nothing(operator):
    operator.ready()
    before = operator.current("web1")
    operator.commit("two")
    declare(operator, ["'false', after='probe', on='here'"])
    refused = operator.fab(operator.task("deploy"))
    assert refused.returncode == 2
    assert "here: hook after probe: false failed (exit status 1)" in refused.stderr
    assert operator.current("web1") == before

    late = ["'false', after='finish'", "'exit 9', after='deploy', on='primary'"]
    declare(operator, late)
    done = operator.fab(operator.task("deploy"))
    assert done.returncode == 5
    for host in HOSTS:
        assert f"warning: {host}: hook after finish: false failed" in done.stderr
        assert operator.version(host) == "two"
    assert "web1: hook after deploy: exit 9 failed (exit status 9)" in done.stderr
    assert "deploy itself is done, and stays so" in done.stderr


def test_a_hook_that_takes_too_long_is_ended_and_fails(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.ready()
    operator.commit("two")
    hooks = ["'exec sleep 71.5', before='publish', deadline=0.3"]
    declare(operator, hooks, hosts=["web1"])
    failed = operator.fab(operator.task("deploy"))
    assert failed.returncode == 3
    assert "did not end within 0.3 s and was told to stop" in failed.stderr
    assert operator.version("web1") == "one"
    assert operator.on("web1", "pgrep -f 'sleep 71[.]5' || echo none") == "none"


def test_ctrl_c_in_a_hook_here_ends_it_and_undoes_the_phase(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.ready()
    operator.commit("two")
    line = "'echo $$ >pid; echo ready; exec sleep 60', after='verify', on='here'"
    declare(operator, [line], hosts=["web1"])
    process = operator.start(operator.task("deploy"))
    wait_for(process, "[here] | ready")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 3, said
    assert "undone: every host is on the release that it had" in said
    assert operator.version("web1") == "one"


def test_a_command_of_the_service_has_its_account_and_secrets(operator):
    line = "'echo at $(id -un) $TOKEN $NAME', as_service=True"
    hooks = [f"{line}, after='prepare'", f"{line}, after='restart'"]
    declare(operator, hooks, hosts=["web1"], run_as="www-data", secrets=["TOKEN"])
    operator.environment["TOKEN"] = "s3cret"  # of this test
    operator.done(operator.task("setup"))
    del operator.environment["TOKEN"]
    said = operator.done(operator.task("deploy")) + operator.done(
        operator.task("restart")
    )
    assert times(said) == [("web1", f"www-data s3cret {operator.name}")] * 2


def test_migrations_run_once_on_the_primary_before_anything_is_switched(operator):
    line = f"echo at migrating $NAME in ${{PWD##*/}}; readlink {operator.deploy_to}/current"
    operator.write_fabfile(migrate=line, hosts=["web1", "web2"])
    said = operator.done(operator.task("setup"))
    assert times(said) == []
    before = operator.current("web1")
    said = operator.done(operator.task("deploy"))
    new = operator.current("web1")
    assert times(said) == [("web1", f"migrating {operator.name} in {new}")]
    assert f"[web1] | releases/{before}" in said

    operator.commit("two")
    operator.write_fabfile(
        migrate="echo no such table; exit 75", hosts=["web1", "web2"]
    )
    failed = operator.fab(operator.task("deploy"))
    assert failed.returncode == 3
    assert (
        "web1: migrating: echo no such table; exit 75 failed (exit status 75)"
        in failed.stderr
    )
    assert "nothing was switched" in failed.stderr
    for host in ("web1", "web2"):
        assert operator.current(host) == new
        assert "two" not in operator.manifests(host)
    operator.write_fabfile(hosts=["web1", "web2"])
    operator.done(operator.task("deploy"))
    operator.write_fabfile(migrate="exit 75", hosts=["web1", "web2"])
    operator.done(operator.task("rollback"))
    assert operator.current("web1") == new
