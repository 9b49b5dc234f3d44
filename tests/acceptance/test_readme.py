"""The README's deploy, with exactly its files and commands, against a host that ssh knows as web1."""

import pytest

from tests import documents, following
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
    with following.with_our_programs(tmp_path, tmp_path / "echo") as reader:
        yield reader
    sandbox.hosts["web1"].run(
        f"rm -f /etc/service/worker; svc -dx {SERVICE} {SERVICE}/log; "
        f"for i in $(seq 50); do svok {SERVICE} || break; sleep 0.1; done; "
        f"rm -rf {SERVICE} {DEPLOY_TO}"
    )


def write_files(reader):
    for heading in ("## A worker", "## Its deploy"):
        for block in documents.blocks(documents.section("README.md", heading)):
            if block.name:
                reader.writes(block)


def test_the_readmes_commands_deploy_the_readmes_worker(reader, sandbox):
    write_files(reader)
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
    write_files(reader)
    assert "worker.deploy" in reader.does("fab --list")
    assert "--branch" in reader.does("fab --help worker.deploy")
