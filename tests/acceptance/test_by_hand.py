"""What an operator does on hosts by hand: commands, files there and back, and a console."""

import pytest

from sandbox.terminal import Terminal
from tests.acceptance.anns import Operator, stem

ODD = "it's $(id).yml"


@pytest.fixture(scope="module")
def operator(sandbox, tmp_path_factory):
    """One service for all of this, with a release on two hosts."""
    made = Operator(tmp_path_factory.mktemp("by-hand"), sandbox, "byhand")
    made.write_fabfile(hosts=["web1", "web2"], env={"GREETING": "it's me"})
    made.done("byhand.setup")
    return made


def test_a_command_runs_on_every_host_as_the_user_and_fails_where_it_does(operator):
    line = 'echo "$(id -un) in $PWD, it\'s $HOME"'
    said = operator.done("byhand.exec", "--command", line)
    for host in ("web1", "web2"):
        assert f"[{host}] | app in /home/app, it's /home/app\n" in said
    operator.on("web2", "touch /tmp/by-hand")
    failed = operator.fab("byhand.exec", "--command", "test ! -e /tmp/by-hand")
    assert failed.returncode == 4
    assert "web2: running: test ! -e /tmp/by-hand failed" in failed.stderr
    assert "web1" not in failed.stderr


def test_a_file_goes_to_every_host_and_comes_back_from_each(operator):
    content = bytes(range(256)) * 4000
    source = operator.folder / ODD
    source.write_bytes(content)
    source.chmod(0o640)
    upload = ("byhand.upload", "--file", str(source), "--to", f"config/{ODD}")
    for _ in range(2):
        said = operator.done(*upload)
    assert f"shared/config/{ODD} is on web1, web2" in said
    for host in ("web1", "web2"):
        path = f'{operator.deploy_to}/shared/config/"it\'s \\$(id).yml"'
        assert operator.on(host, f"stat -c '%a %U' {path}") == "640 app"
    out = operator.fab("byhand.upload", "--file", ODD, "--to", "../x")
    assert (out.returncode, "--to must be a path inside shared" in out.stderr) == (
        2,
        True,
    )

    download = ("byhand.download", "--file", f"config/{ODD}")
    operator.done(*download)
    for host in ("web1", "web2"):
        assert (operator.folder / host / ODD).read_bytes() == content
    again = operator.fab(*download)
    assert again.returncode == 2
    assert f"web1/{ODD}, web2/{ODD} is there already" in again.stderr
    operator.done("-H", "web2", *download, "--to", "here.yml")
    assert (operator.folder / "here.yml").read_bytes() == content
    operator.on("web2", f"rm {path}")
    some = operator.fab(*download, "--to", "some")
    assert some.returncode == 5
    assert f"web2: there is no file {operator.deploy_to}/shared/config/" in some.stderr
    assert [each.name for each in (operator.folder / "some").rglob("*.yml")] == [ODD]


def test_a_console_is_in_the_release_as_the_service_would_be(operator):
    refused = operator.fab("byhand.console")
    assert (refused.returncode, "needs a terminal" in refused.stderr) == (2, True)
    terminal = Terminal(columns=200)
    pid = operator.at(terminal, "-H", "web2", "byhand.console")
    terminal.wait_for("web2: a shell in")
    terminal.type('echo "$(id -un) $HOME ${PWD##*/} $FORKLIFT_RELEASE $GREETING"\r')
    release = operator.current("web2")
    terminal.wait_for(f"app /home/app {release} {release} it's me")
    terminal.type("false\r\x04")
    assert stem().wait(pid, 60)
    assert stem().status(pid) == 0
    terminal = Terminal(columns=200)
    command = 'console_command=read -r word; echo "got $word"; exit 3'
    pid = operator.at(terminal, "byhand.console", "-o", command)
    terminal.type("日本\r")  # ahead, before anything reads it
    terminal.wait_for("got 日本")
    assert stem().wait(pid, 60)
    assert stem().status(pid) == 4
    terminal.wait_for("exit 3 failed (exit status 3)")
