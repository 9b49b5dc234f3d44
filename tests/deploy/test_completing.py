"""What a shell completes fab with: in real shells, in a project of two services."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.completing import read
from sandbox.terminal import Terminal

ROOT = Path(__file__).parent.parent.parent
FABFILE = """\
from deploy.tasks import Host, Service, ask, project
common = dict(deploy_to="/srv/x", start="x", user="app")
namespace = project(
    Service(name="sample", hosts=[Host("web1", ["web"]), "app@web2:2222"], **common),
    Service(name="worker", hosts=["job1"], branch=ask("Which?"), **common),
)
"""
ENVIRONMENT = {
    **{
        k: v for k, v in os.environ.items() if not k.startswith(("FABRIC_", "NO_COLOR"))
    },
    "PYTHONPATH": str(ROOT),
    "TERM": "xterm",
    "PS1": "$ ",
}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "fabfile.py").write_text(FABFILE)
    return tmp_path


def deploy(project, *words):
    done = subprocess.run(
        [sys.executable, "-m", "deploy", *words],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def completed(project, line, typed=None):
    word = read(line).word if typed is None else typed
    return deploy(
        project, "complete", f"--line={line}", f"--typed={len(word)}"
    ).splitlines()


def test_a_host_is_one_of_the_service_or_of_all_before_it_is_named(project):
    assert completed(project, "fab worker.sync --like ") == ["job1"]
    assert completed(project, "fab -H ") == ["web1", "app@web2:2222", "job1"]


def test_several_hosts_have_commas_between_and_bash_cuts_words_at_signs(project):
    assert completed(project, "fab -H web1,jo") == ["web1,job1"]
    assert completed(project, "fab sample.sync --like app@we", "we") == ["web2:2222"]


def test_a_setting_is_offered_by_its_name(project):
    assert completed(project, "fab worker.deploy -o keep_") == [
        "keep_releases=",
        "keep_failed=",
    ]


def test_tasks_and_flags_are_fabs_own(project):
    assert completed(project, "fab worker.rol") == ["worker.rollback"]
    assert "--quiet" in completed(project, "fab worker.rollback --")


def test_a_stage_and_what_stands_before_the_task_count(project):
    (project / "stages").mkdir()
    (project / "stages" / "far.yaml").write_text("hosts: [far1]\n")
    (project / "stages" / "near.yaml").write_text("hosts: [near1]\n")
    assert completed(project, "fab far worker.sync --like ") == ["far1"]
    # which of the stages is not known yet
    assert completed(project, "fab worker.sync --like ") == []


def test_where_there_is_no_fabfile_nothing_is_offered(tmp_path):
    assert completed(tmp_path, "fab worker.sync --like ") == []


SHELLS = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"]}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_a_line(project, shell):
    script = deploy(project, "completion", shell)
    begin = "autoload -Uz compinit && compinit -u -D\n" if shell == "zsh" else ""
    (project / "script").write_text(begin + script)
    terminal = Terminal(100)
    with terminal.path.open("r+b", buffering=0) as tty:
        process = subprocess.Popen(
            [shell, *SHELLS[shell], "-i"],
            cwd=project,
            env=ENVIRONMENT,
            stdin=tty,
            stdout=tty,
            stderr=tty,
            start_new_session=True,
        )
    try:
        terminal.type(". ./script; echo loa''ded\n")
        terminal.wait_for("loaded")
        terminal.type("echo fab | fab worker.rol\t")
        terminal.wait_for("fab worker.rollback")
        terminal.type("--like jo\t")
        terminal.wait_for("--like job1")
        terminal.type("-o keep_f\t")
        terminal.wait_for("-o keep_failed=")
    finally:
        process.kill()
        process.wait()
