"""Batches of hosts: switched, restarted and verified together, one batch after the other."""

import signal

from tests.acceptance.test_danger import wait_for

HOSTS = ("web1", "web2", "web3")


def order(said, words):
    """The hosts of which fab says *words*, in the order in which it does."""
    return [
        line.partition("[")[2].split("]")[0]
        for line in said.splitlines()
        if "[web" in line and words in line
    ]


def test_each_batch_is_verified_before_the_next_is_switched(operator):
    operator.ready()
    operator.write_fabfile(batch_size=1, batch_wait=0.1)
    operator.commit("two")
    said = operator.done(operator.task("deploy"))
    assert order(said, "switching to") == list(HOSTS)
    assert said.index("[web1] restarting") < said.index("[web2] switching")
    assert said.index("[web2] restarting") < said.index("[web3] switching")
    assert "batch 3 of 3: web3" in said
    assert said.rindex("completing the release") < said.index("batch 1 of 3")
    assert [operator.version(host) for host in HOSTS] == ["two"] * 3


def test_a_rehearsal_shows_the_waits_between_batches_and_does_not_take_them(operator):
    operator.done(operator.task("setup"))
    operator.write_fabfile(batch_size=1, batch_wait=86_400)
    said = operator.done("--dry", operator.task("deploy"))
    assert said.count("[here] $ # waiting 86400 s") == 2
    assert "batch 3 of 3: web3" in said


def test_a_batch_that_fails_brings_back_those_before_it_and_spares_those_after(
    operator,
):
    operator.ready()
    before = operator.pid("web3")
    operator.write_fabfile(batch_size="50%")
    operator.commit("two")
    operator.on("web2", f"touch /tmp/die-{operator.name}-two")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3, result.stderr
    assert "undone: every host is on the release that it had" in result.stderr
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3
    assert operator.pid("web3") == before


def test_an_operator_who_stops_between_two_batches_gets_all_back(operator):
    operator.ready()
    operator.write_fabfile(batch_size=1, batch_wait=60)
    operator.commit("two")
    process = operator.start(operator.task("deploy"))
    wait_for(process, "[web1] restarting and verifying")
    # the first batch may still be at work, or the wait may have begun: both end in the same way
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 3, said
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3


def test_a_rollback_goes_batch_by_batch_too(operator):
    operator.ready()
    operator.commit("two")
    operator.done(operator.task("deploy"))
    operator.write_fabfile(batch_size=2)
    said = operator.done(operator.task("rollback"))
    assert "batch 2 of 2: web3" in said
    assert [operator.version(host) for host in HOSTS] == ["one"] * 3
