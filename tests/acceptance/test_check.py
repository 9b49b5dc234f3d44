"""check names what would go wrong: each thing is made wrong on a host, and right again."""

import pytest

from sandbox import Sandbox
from tests.acceptance.anns import Operator


@pytest.fixture
def checked(operator):
    """A service that is live on one host, and check asked what is wrong there."""
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    return operator


def said(operator, **settings):
    operator.write_fabfile(**{"hosts": ["web1"], **settings})
    result = operator.fab(operator.task("check"))
    assert (result.returncode == 0) is (result.stderr == ""), result.stderr
    return result.stderr


WRONG = [
    ("mv current c && mkdir current", "rmdir current && mv c current", "directory"),
    ("mv current c && ln -s releases current", "mv -fT c current", "no complete"),
    ("chown root .", "chown app .", "belongs to root and app may not write there"),
    ("chown root deploys.jsonl", "chown app deploys.jsonl", "deploys.jsonl is not wri"),
    ("chown root shared", "chown app shared", "shared is not writable for app"),
    ("echo >>SERVICE/run", "sed -i '$d' SERVICE/run", "the installed run is not what"),
    ("touch SERVICE/down", "rm SERVICE/down", "a down file keeps"),
]


@pytest.mark.parametrize(("wrong", "right", "sentence"), WRONG)
def test_what_is_wrong_is_named_and_nothing_else(checked, wrong, right, sentence):
    def do(command):
        there = command.replace("SERVICE", checked.service_directory)
        checked.on("web1", f"cd {checked.deploy_to} && {there}")

    do(wrong)
    found = said(checked).splitlines()
    assert len(found) == 1, found
    assert found[0].startswith("web1: ")
    assert sentence in found[0]
    do(right)
    assert said(checked) == ""


def test_what_the_settings_need_and_a_host_lacks_is_named(checked):
    missing = said(checked, linked_files=["config/it's.yml"], run_as="nobody2")
    assert "config/it's.yml is missing; put it there: scp" in missing
    assert "there is no account nobody2" in missing


def test_what_could_not_be_deployed_at_all_is_told(checked):
    assert "no branch, tag or commit nope in ." in said(checked, branch="nope")
    assert "has no directory gone; set repo_tree" in said(checked, repo_tree="gone")
    checked.commit("one", **{"large.txt": "x" * 5_000_000})
    place = f"{checked.deploy_to}/releases"
    checked.on("web1", f"mount -t tmpfs -o size=15m none {place} && chown app {place}")
    found = said(checked)
    checked.on("web1", f"umount {place}")
    assert "and the release needs 19; make room" in found


def test_a_file_system_of_its_own_and_too_little_room_are_named(checked):
    releases = f"{checked.deploy_to}/releases"
    checked.on("web1", f"mount -t tmpfs -o size=5m,nr_inodes=200 none {releases}")
    checked.on("web1", f"chown app {releases}")
    found = said(checked)
    checked.on("web1", f"umount {releases}")
    assert "releases lies on another file system" in found
    assert "MiB are free" in found
    assert "inodes are free" in found
    assert said(checked) == ""


def test_an_account_that_cannot_set_up_is_told_so_only_where_that_is_needed(operator):
    operator.deploy_to = f"/srv/{operator.name}"
    place = {"user": "deploy", "deploy_to": operator.deploy_to}
    operator.write_fabfile(**place, hosts=["root@web1"])
    operator.commit("one")
    before = said(operator, **place, hosts=["deploy@web1"])
    assert "deploy may not become root" in before
    assert "is not set up" in before
    operator.write_fabfile(**place, hosts=["root@web1"])
    operator.ready()
    assert said(operator, **place, hosts=["deploy@web1"]) == ""


def test_a_host_without_svscan_is_told_so(tmp_path):
    with Sandbox(hosts=("alone",)) as sandbox:
        operator = Operator(tmp_path, sandbox, "unscanned")
        operator.on("alone", "kill $(ps -o pid= -C svscan)")
        operator.on("alone", "while ps -C svscan >/dev/null; do sleep 0.1; done")
        result = operator.fab(operator.task("check"))
    assert result.returncode == 2
    assert "no svscan runs; start it" in result.stderr
