"""Names and values of every hostile kind reach a host as they are, through setup and deploy."""

import base64
from pathlib import PurePosixPath

from tests.acceptance.anns import PROGRAM

ODD = 'it\'s a $(touch /tmp/pwned) `id` "日本" \\n %s -n'
NAME = "it's a $(touch pwned) 日本 -n"
TREE = "a dir/日本 $(id)"
BRANCH = "it's-$(id)-日本"


def test_hostile_names_and_values_arrive_as_they_are(operator):
    deploy_to = PurePosixPath("/home/app", NAME)
    prepare(operator, deploy_to)
    operator.done(operator.task("setup"), TOKEN=f"{ODD}\n{ODD}")
    operator.done(operator.task("deploy"), f"--branch={BRANCH}")
    current = operator.sandbox.hosts["web1"].path(deploy_to / "current")
    assert (current / "VERSION").read_text() == "one"
    assert (current / "shared by all" / NAME).is_symlink()
    assert (current / "-n").is_symlink()
    shared = operator.sandbox.hosts["web1"].path(deploy_to / "shared")
    assert (shared / "it's.conf").read_text() == ODD
    found = environment(operator)
    assert found["ODD"] == found["TOKEN"] == f"{ODD}\n{ODD}"
    assert found["EMPTY"] == ""
    assert found["FORKLIFT_CURRENT"] == str(deploy_to / "current")
    operator.done(operator.task("deploy"), "--branch=--help", "--force")
    operator.done(operator.task("rollback"))
    operator.done(operator.task("remove"), "--purge")
    home = operator.sandbox.hosts["web1"].path(deploy_to)
    assert not home.exists()
    assert operator.on("web1", "find / -xdev -name pwned 2>/dev/null || :") == ""


def prepare(operator, deploy_to):
    """Declare and commit all that is odd."""
    files = {"program.py": PROGRAM, "VERSION": "one", "behaviour": ""}
    operator.write_fabfile(
        hosts=["web1"],
        deploy_to=str(deploy_to),
        repo_tree=TREE,
        env={"NAME": operator.name, "ODD": f"{ODD}\n{ODD}", "EMPTY": ""},
        secrets=["TOKEN"],
        linked_dirs=[f"shared by all/{NAME}", "-n"],
        copy_files=["it's.conf"],
        build=[f"printf '%s' '{TREE}' >'built by $(id)'"],
        health_check="[ \"$(cat 'built by $(id)')\" = 'a dir/日本 $(id)' ]",
    )
    (operator.folder / "it's.conf").write_text(ODD)
    operator.commit("one", **{f"{TREE}/{name}": text for name, text in files.items()})
    operator._git("branch", BRANCH)
    operator._git("update-ref", "refs/heads/--help", "HEAD")


def environment(operator):
    """The variables of the process that the service runs."""
    pid = operator.pid("web1")
    told = base64.b64decode(operator.on("web1", f"base64 -w0 /proc/{pid}/environ"))
    pairs = (each.decode().partition("=") for each in told.split(b"\0") if each)
    return {name: value for name, _, value in pairs}
