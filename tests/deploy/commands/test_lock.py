"""One deploy at a time: who holds the lock, and when it is free."""

from pathlib import Path

import pytest

from deploy.commands import lock
from deploy.shell import Command, together

HOLDER = "it's ann@desk since 2026-11-23 09:45:01 UTC"


def taking(host, holder=HOLDER, patience=4):
    return together(lock.take(host.paths, holder, patience), lock.wait())


def answer(process):
    """Read lines up to the mark that the lock is held."""
    said = []
    for line in process.stdout:
        if line == b"\x1eheld\n":
            return b"".join(said).decode()
        said.append(line)
    return b"".join(said).decode()


def test_the_texts_of_the_commands(host):
    place = str(host.deploy_to).replace("'", "'\"'\"'")
    assert lock.take(host.paths, "ann", 9).text == f"take_lock '{place}' ann 9"
    assert lock.wait().text == "wait_with_lock"
    assert lock.enter_phase(host.paths, "ann").text == f"enter_phase '{place}' ann"
    for each in (lock.take(host.paths, ""), lock.wait(), lock.enter_phase(host.paths)):
        assert each.uses == {"lock"}


def test_the_first_gets_the_lock_and_the_second_is_told_who_has_it(host, begin):
    assert answer(begin(taking(host))) == "lock mine\n"
    assert answer(begin(taking(host, "bob"))) == f"lock {HOLDER}\n"
    assert answer(begin(taking(host, "eve"))) == f"lock {HOLDER}\n"


def test_the_lock_is_free_once_standard_input_ends(host, begin):
    first = begin(taking(host))
    answer(first)
    first.stdin.close()
    assert first.wait(5) == 0
    assert answer(begin(taking(host, "bob"))) == "lock mine\n"


def test_the_lock_is_free_once_its_process_is_killed_and_its_client_gone(
    host, begin, until
):
    first = begin(taking(host))
    answer(first)
    first.kill()
    first.stdin.close()
    first.wait(5)
    until(lambda: answer(begin(taking(host, "bob"))) == "lock mine\n")


def test_the_one_who_was_refused_does_not_keep_the_lock(host, begin):
    first = begin(taking(host))
    answer(first)
    answer(begin(taking(host, "bob")))
    first.stdin.close()
    first.wait(5)
    assert answer(begin(taking(host, "eve"))) == "lock mine\n"


def test_a_holder_who_could_not_be_noted_holds_the_lock_all_the_same(host, begin):
    answer(begin(taking(host)))
    (host.deploy_to / ".lock").write_text("")
    assert answer(begin(taking(host, "bob"))) == "lock somebody\n"


@pytest.mark.parametrize("holder", ["", "$(id)", "%s\\n", "-n", "日本語"])
def test_a_holder_is_named_as_given(host, begin, holder):
    answer(begin(taking(host, holder)))
    assert answer(begin(taking(host))) == f"lock {holder or 'somebody'}\n"


def test_where_one_may_not_write_there_is_no_lock_to_take(host):
    gone = host.with_settings(deploy_to=host.deploy_to / "gone")
    assert gone.place(gone.paths.deploy_to).parent == host.deploy_to
    assert gone.do(lock.take(gone.paths, "ann")).answer == ""


def is_locked(path):
    return (
        path.exists() and f":{path.stat().st_ino} " in Path("/proc/locks").read_text()
    )


WORKING = "printf '\\036held\\n'\ncat >/dev/null"


def working(host):
    return together(lock.enter_phase(host.paths), Command(WORKING))


def test_only_one_script_changes_a_host_at_a_time(host, begin):
    answer(begin(working(host)))
    ended = host.send(lock.enter_phase(host.paths))
    assert ended.status == 75
    assert (
        ended.sentence == "another script still works here; try again when that is done"
    )


def test_a_phase_is_left_with_its_script(host, begin):
    first = begin(working(host))
    answer(first)
    first.stdin.close()
    assert first.wait(5) == 0
    host.do(lock.enter_phase(host.paths))


def test_the_holder_of_the_lock_enters_its_phases(host, begin):
    answer(begin(taking(host)))
    host.do(lock.enter_phase(host.paths))


def test_a_script_that_lost_its_run_before_it_began_does_nothing(host, begin):
    entering = lock.enter_phase(host.paths, HOLDER)
    held = begin(taking(host))
    answer(held)
    host.do(entering)
    held.stdin.close()
    assert held.wait(5) == 0
    ended = host.send(entering)
    assert (ended.status, "lost the deploy lock" in ended.sentence) == (75, True)
    answer(begin(taking(host, "bob")))
    assert host.send(entering).status == 75


def test_what_a_lost_operator_began_keeps_the_next_deploy_out(host, begin, until):
    orphan = begin(working(host))
    answer(orphan)
    waiting = begin(taking(host, "bob"))
    note = host.deploy_to / ".lock"
    until(lambda: note.exists() and note.read_text())
    assert answer(begin(taking(host, "eve"))) == "lock bob\n"
    assert waiting.poll() is None
    orphan.stdin.close()
    assert answer(waiting) == "lock mine\n"


def again(host, holder=HOLDER, patience=5):
    return lock.enter_again(host.paths, holder, patience)


def test_who_lost_sight_of_a_host_waits_for_the_end_of_what_it_began(host, begin):
    orphan = begin(working(host))
    answer(orphan)
    waiting = begin(together(again(host), Command(WORKING)))
    orphan.stdin.close()
    assert answer(waiting) == ""
    assert waiting.poll() is None


def test_who_lost_sight_of_a_host_does_not_wait_for_ever(host, begin):
    answer(begin(working(host)))
    ended = host.send(again(host, patience=1))
    assert (ended.status, ended.sentence) == (
        75,
        "what was begun here still runs after 1 s",
    )


def test_who_still_has_the_lock_enters_again(host, begin):
    answer(begin(taking(host)))
    host.do(again(host))


def test_who_lost_the_lock_takes_it_again_while_it_works(host, begin):
    answer(begin(together(again(host), Command(WORKING))))
    assert "lock mine" not in answer(begin(taking(host, "bob")))


def test_who_lost_the_lock_to_another_stays_out(host, begin):
    answer(begin(taking(host, "bob")))
    ended = host.send(again(host))
    assert (ended.status, ended.sentence) == (75, "another deploy has begun here: bob")


def test_who_has_no_patience_is_told_at_once(host, begin):
    answer(begin(taking(host)))
    assert answer(begin(taking(host, "bob", 0))) == f"lock {HOLDER}\n"


def test_a_hold_can_be_put_and_released_twice(host):
    for _ in range(2):
        host.do(lock.put_hold(host.paths, HOLDER))
    assert (host.deploy_to / ".hold").read_text() == f"{HOLDER}\n"
    for _ in range(2):
        host.do(lock.release_hold(host.paths))
    assert not (host.deploy_to / ".hold").exists()
