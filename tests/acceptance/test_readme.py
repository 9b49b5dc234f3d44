"""The README's deploy, with exactly its files and commands, against a host that ssh knows as web1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents
from tests.documents import ROOT

DEPLOY_TO = "/home/app/www/Echo-Worker"
SERVICE = "/var/lib/forklift/worker"


@pytest.fixture
def reader(sandbox, tmp_path):
    """Somebody who follows the README in a folder beside the checkout."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text(sandbox.ssh_config.read_text())
    (tmp_path / "forklift").symlink_to(ROOT)
    (tmp_path / "echo").mkdir()
    yield Reader(tmp_path)
    sandbox.hosts["web1"].run(
        f"rm -f /etc/service/worker; svc -dx {SERVICE} {SERVICE}/log; "
        f"for i in $(seq 50); do svok {SERVICE} || break; sleep 0.1; done; "
        f"rm -rf {SERVICE} {DEPLOY_TO}"
    )


class Reader:
    def __init__(self, home):
        self.folder = home / "echo"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("FABRIC_")},
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org",
        }

    def write(self, heading):
        said = documents.section("README.md", heading)
        for name, text in documents.files(said).items():
            (self.folder / name).write_text(text)

    def does(self, line):
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout


def test_the_readmes_commands_deploy_the_readmes_worker(reader, sandbox):
    reader.write("## A worker")
    reader.write("## Its deploy")
    lines = documents.commands(documents.section("README.md", "## Its deploy"))
    said = {line: reader.does(line) for line in lines}
    assert "is live and verified on web1" in said["fab worker.deploy"]
    assert lines[-1] == "fab worker.status"
    web1 = sandbox.hosts["web1"]
    enqueued = web1.run(
        f"cd {DEPLOY_TO}/current && APPROOT=$(pwd -P) ./.forklift/start "
        """venv/bin/python -m worker enqueue jobs.Echo '{"message": "hello"}'""",
        user="app",
    )
    assert enqueued.stdout.strip().isdigit(), enqueued.stderr
    done = web1.run(
        f"for i in $(seq 150); do grep -q 'jobs.Echo done' {SERVICE}/log/main/current && exit 0; sleep 0.1; done; exit 1"
    )
    assert done.returncode == 0


def test_the_tasks_that_only_look_can_be_tried_as_the_readme_says(reader):
    reader.write("## A worker")
    reader.write("## Its deploy")
    assert "worker.deploy" in reader.does("fab --list")
    assert "--branch" in reader.does("fab --help worker.deploy")
