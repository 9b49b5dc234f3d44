"""A deploy whose hosts fetch the commit themselves, over ssh from a git server that knows their key."""

import os
import subprocess

import pytest

KEY = "/home/app/.ssh/id_ed25519"


@pytest.fixture
def served(operator, monkeypatch):
    """web2 serves the project's repository; the operator may read it, web1 not yet."""
    here = operator.sandbox.hosts["web2"]
    bare = f"/home/app/{operator.name}.git"
    assert here.run(f"git init --quiet --bare {bare}", "app").returncode == 0
    ssh = f"ssh -F {operator.ssh_config}"
    operator.environment["GIT_SSH_COMMAND"] = ssh
    url = f"ssh://app@{here.address}:{here.port}{bare}"
    key = operator.sandbox.user_key
    operator.environment["GIT_SSH_COMMAND"] = (
        f"{ssh} -i {key} -o UserKnownHostsFile={operator.sandbox.known_hosts} -o StrictHostKeyChecking=yes"
    )
    monkeypatch.setenv("GIT_SSH_COMMAND", operator.environment["GIT_SSH_COMMAND"])
    operator.write_fabfile(
        hosts=["web1"],
        repository=url,
        branch="main",
        deploy_via="git",
        linked_files=["local.yml?"],
    )
    operator.commit("one")
    push(operator, url)
    yield url
    operator.on("web1", "rm -rf /home/app/.ssh")


def push(operator, url):
    subprocess.run(
        ["git", "push", "--quiet", url, "HEAD:main"], cwd=operator.folder, check=True
    )


def know_the_server(operator):
    here = operator.sandbox.hosts["web2"]
    operator.on(
        "web1",
        "install -d -m 700 -o app /home/app/.ssh && "
        f"ssh-keyscan -p {here.port} {here.address} >/home/app/.ssh/known_hosts 2>/dev/null",
    )


def have_a_key(operator):
    key = operator.sandbox.hosts["web1"].path(KEY)
    key.write_bytes(operator.sandbox.user_key.read_bytes())
    operator.on("web1", f"chmod 600 {KEY} && chown app {KEY}")


def test_a_host_fetches_the_commit_with_a_key_of_its_own(operator, served):
    know_the_server(operator)
    have_a_key(operator)
    operator.ready()
    assert operator.version("web1") == "one"
    operator.commit("two")
    push(operator, served)
    operator.done(operator.task("check"))
    before = operator.sandbox.hosts["web1"].execs()
    operator.done(operator.task("deploy"))
    assert operator.version("web1") == "two"
    assert operator.sandbox.hosts["web1"].execs() - before <= 4
    arguments = operator.on("web1", f"ls {operator.deploy_to}/repo")
    assert "HEAD" in arguments.split()


def test_an_unknown_git_server_or_a_missing_key_is_told_and_changes_nothing(
    operator, served
):
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 3, result.stdout + result.stderr
    assert f"web1: app cannot read {served} from here; let a key" in result.stderr
    know_the_server(operator)
    checked = operator.fab(operator.task("check"))
    assert checked.returncode == 2
    assert f"web1: app cannot read {served} from here" in checked.stderr
    assert operator.on("web1", f"ls -A {operator.deploy_to}/releases") == ""


def test_the_operators_agent_is_lent_only_where_that_is_asked_for(operator, served):
    know_the_server(operator)
    agent = subprocess.run(
        ["ssh-agent", "-s"], capture_output=True, text=True, check=True
    ).stdout
    told = dict(
        line.split(";")[0].split("=") for line in agent.splitlines() if "=" in line
    )
    try:
        subprocess.run(
            ["ssh-add", "-q", operator.sandbox.user_key],
            env={**os.environ, **told},
            check=True,
        )
        sock = {"SSH_AUTH_SOCK": told["SSH_AUTH_SOCK"]}
        refused = operator.fab(operator.task("setup"), **sock)
        assert refused.returncode == 3
        operator.write_fabfile(
            hosts=["web1"],
            repository=served,
            branch="main",
            deploy_via="git",
            forward_agent=True,
        )
        operator.done(operator.task("setup"), **sock)
        operator.done(operator.task("check"), **sock)
    finally:
        os.kill(int(told["SSH_AGENT_PID"]), 15)
    assert operator.current("web1")


def test_a_path_is_no_repository_that_hosts_can_fetch_from(operator):
    operator.write_fabfile(hosts=["web1"], deploy_via="git")
    operator.commit("one")
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 2
    assert "set repository to a URL" in result.stderr
