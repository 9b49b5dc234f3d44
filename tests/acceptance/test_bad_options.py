"""Every option of every task with what no option should hold: a sentence and exit status 2, or just that, as text."""

import itertools
from pathlib import Path

import pytest

from deploy.project import Project
from deploy.settings import Service
from deploy.tasks import _tasks
from siege.fab import Fab
from tests.acceptance.anns import stem

HOSTILE = {
    "an option": "--help",
    "a command": "$(touch /tmp/pwned) `touch /tmp/pwned`; touch /tmp/pwned",
    "quotes and lines": 'it\'s "日本語"\ny\\ ' + "x" * 5000,
    "no UTF-8": "caf\udce9",
    "signs of a terminal": "\x1b[31m\x07",
}
#: of these a message may be made
TEXT = ("an option", "a command", "quotes and lines")


def options():
    """Each task's options that take a value; several tasks have the same."""
    service = Service(name="x", deploy_to="/srv/x", start="./x", user="x")
    tasks = _tasks(Project(None, (service,)))
    for name in tasks.task_names:
        for each in tasks[name].get_arguments():
            if each.takes_value:
                yield name, each.name


def cases():
    """Each option once, with all of it."""
    known = set()
    # a value that looks like an option is one to fab itself: it says so, with 1
    yield "check", "-H", tuple(each for each in HOSTILE if each != "an option")
    for task, option in options():
        # it has a release already, and needs no branch
        if (task, option) == ("setup", "branch"):
            continue
        # what is run is for a shell: there is nothing that it could be mistaken for
        if option == "command":
            continue
        # the same option is read by the same lines in every task
        if option not in known:
            known.add(option)
            yield task, option, tuple(HOSTILE)


CASES = list(cases())


@pytest.fixture
def quickly(operator):
    """Run fab, and have all that it said in one."""
    numbers = itertools.count()

    def run(*words):
        log = operator.folder / f".cache-{next(numbers)}"
        words = ("-S", str(operator.ssh_config), *words)
        pid = stem().start(words, operator.folder, log, operator.environment)
        fab = Fab(stem(), pid, log)
        assert fab.ended(60)
        return fab

    return run


#: what is said to people, so that it may be anything that is text
SAID = ("message", "reason", "until")


def test_all_options_are_tried():
    tried = {option for _, option, _ in CASES}
    assert tried >= {"branch", "wait", "release", "like", "message", "-H"}


def test_no_option_is_taken_for_anything_but_what_it_is(operator, quickly):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    before = seen(operator)
    for task, option, kinds in CASES:
        for kind in kinds:
            fab = tried(operator, quickly, task, option, HOSTILE[kind])
            told = f"{task} {option}: {kind}: {fab.status}: {fab.said[:2000]}"
            assert "Traceback" not in fab.said, told
            taken = option in SAID and kind in TEXT
            assert fab.status == (0 if taken else 2), told
            assert fab.said.strip(), told
            assert len(fab.said) < 20_000, told
            if taken and task == "maintenance.on":
                assert quickly(operator.task("maintenance.off")).status == 0
            elif taken:
                held = operator.on("web1", f"cat {operator.deploy_to}/.hold")
                assert held.endswith(": " + " ".join(HOSTILE[kind].split()))
                assert quickly(operator.task("unlock")).status == 0
    assert seen(operator) == before
    assert operator.on("web1", "find / -xdev -name pwned 2>/dev/null || :") == ""
    assert not Path("/tmp/pwned").exists()


def tried(operator, quickly, task, option, value):
    if option.startswith("-"):
        return quickly(f"{option}{value}", operator.task(task))
    return quickly(operator.task(task), f"--{option}={value}")


def seen(operator):
    """What must not change: the link, the process, the manifests."""
    return (
        operator.current("web1"),
        operator.pid("web1"),
        operator.manifests("web1"),
    )
