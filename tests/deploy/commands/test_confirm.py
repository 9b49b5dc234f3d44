"""A release that has to be confirmed: the operator's side decides, or the host, and never both."""

import subprocess

import pytest

from deploy.commands import confirm, lock
from deploy.shell import Command, command, together

NEW = "20261123094502-1a2b3c4"


def watching(host, seconds):
    """Begin to watch as going live does; what takes back leaves a file."""
    taking = Command(f"take_back() {{ : >{command(host.deploy_to / 'taken').text}; }}")
    words = ("watch_for_words", host.deploy_to, NEW, seconds, "take_back")
    return together(
        lock.enter_phase(host.paths), taking, command(*words, uses="confirm")
    )


def confirming(host):
    return confirm.confirm(host.paths, NEW, 5)


def taken(host):
    return (host.deploy_to / "taken").exists()


def is_watched(host):
    """Whether the watcher lives: it holds a lock on the file."""
    words = ["flock", "-n", host.deploy_to / ".unconfirmed", "true"]
    file = (host.deploy_to / ".unconfirmed").exists()
    return file and subprocess.run(words).returncode != 0


def test_the_texts_of_the_commands(host):
    at = command(host.deploy_to).text
    assert confirm.give_word(host.paths).text == f"give_word {at}"
    assert confirming(host).text == f"confirm {at} {NEW} 5"
    assert confirming(host).uses == {"confirm"}


def test_what_is_confirmed_stays_and_its_watcher_ends(host, until):
    host.do(watching(host, 60))
    assert is_watched(host)
    taking = lock.take(host.paths, "bob")
    # the watcher holds the phase lock for a moment as it begins
    until(lambda: "nobody has confirmed it" in host.send(taking).answer)
    host.do(confirming(host))
    until(lambda: not is_watched(host))
    assert not taken(host)
    assert not (host.deploy_to / ".unconfirmed").exists()


def test_what_nobody_confirms_is_taken_back_and_cannot_be_confirmed_then(host, until):
    host.do(watching(host, 0))
    until(lambda: taken(host))
    ended = host.send(confirming(host))
    assert ended.status == 71
    assert "taken back" in ended.sentence
    until(lambda: not is_watched(host))


def test_words_put_it_off(host, until):
    host.do(watching(host, 2))
    for _ in range(8):
        host.do(confirm.give_word(host.paths))
        assert not taken(host)
        host.do(command("sleep", 0.5))
    until(lambda: taken(host))


def test_a_word_for_nothing_makes_nothing(host):
    host.do(confirm.give_word(host.paths))
    assert not (host.deploy_to / ".unconfirmed").exists()


def test_seconds_are_counted_from_the_end_of_what_switches(host, begin, until):
    switching = together(watching(host, 0), command("sleep", 2))
    process = begin(switching)
    until(lambda: (host.deploy_to / ".unconfirmed").exists())
    while process.poll() is None:
        assert not taken(host)
    until(lambda: taken(host))


def test_a_script_that_is_killed_is_taken_back_too(host, begin, until):
    slow = Command(f"sleep 2; : >{command(host.deploy_to / 'ended').text}")
    process = begin(together(watching(host, 0), slow))
    until(lambda: is_watched(host))
    process.kill()
    until(lambda: taken(host))
    assert not (host.deploy_to / "ended").exists()


@pytest.mark.parametrize("moment", [0.0, 0.9, 1.0, 1.05, 1.1])
def test_one_of_both_decides_whenever_they_meet(host, moment, until):
    host.do(watching(host, 1), command("sleep", 0))
    ended = host.send(together(command("sleep", moment), confirming(host)))
    until(lambda: not is_watched(host))
    assert taken(host) is (ended.status == 71)


def test_what_a_watcher_that_was_killed_has_left_keeps_nobody_out(host):
    (host.deploy_to / ".unconfirmed").write_text(f"{NEW}\n")
    assert host.do(lock.take(host.paths, "bob")).answer == "lock mine\n"
    assert not (host.deploy_to / ".unconfirmed").exists()


def test_what_a_full_disk_cut_off_watches_over_nothing(host):
    file = host.deploy_to / ".unconfirmed"
    file.symlink_to("/dev/full")
    watching = command("watch_for_words", host.deploy_to, NEW, 5, ":", uses="confirm")
    ended = host.send(watching)
    assert ended.status == 70
    assert "could not be written; nothing was switched" in ended.sentence
    assert not file.is_symlink()
