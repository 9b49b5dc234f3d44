"""What the README shows works as it stands there. Its deploy is tried in tests/acceptance."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import documents
from tests.documents import ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture
def shell(tmp_path):
    """Runs a line of the README in a folder of one's own, with this interpreter's programs first."""
    programs = str(Path(sys.executable).parent)
    environment = {
        **{
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("FABRIC_", "QUEUE_"))
        },
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(tmp_path),
    }

    started = []

    def start(line):
        process = subprocess.Popen(
            ["sh", "-c", f"exec {line}"],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def done(process):
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 0, said
    return said


def write(folder, heading):
    for name, text in documents.files(documents.section("README.md", heading)).items():
        (folder / name).write_text(text)


def test_the_two_commands_exist_and_can_be_run():
    lines = documents.commands(documents.section("README.md", "## See it"))
    assert lines == ["bin/demo", "bin/test"]
    for line in lines:
        assert os.access(ROOT / line, os.X_OK)


def test_the_worker_runs_the_job_that_was_put_in(shell, tmp_path):
    write(tmp_path, "## A worker")
    *before, run = documents.commands(documents.section("README.md", "## A worker"))
    for line in before:
        done(shell(line))
    worker = shell(run)
    said = read_until(worker, "job 1 jobs.Echo done")
    worker.send_signal(signal.SIGINT)
    said += worker.communicate(timeout=60)[0]
    assert "hello\n" in said
    assert worker.returncode == 0


def test_the_fabfile_gives_every_task_that_the_table_has_and_no_other(shell, tmp_path):
    write(tmp_path, "## Its deploy")
    # a collection's own task is asked for by the collection's name
    said = done(shell("fab --list")).replace("worker.pending.commits", "worker.pending")
    listed = re.findall(r"^  worker\.([\w.]+) ", said, re.MULTILINE)
    table = documents.section("README.md", "## Tasks")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`([\w.]+)`", " ".join(rows))) == sorted(listed)


def test_fab_deploy_is_there_with_several_services(shell, tmp_path):
    assert "`fab deploy`" in documents.section("README.md", "## Tasks")
    (tmp_path / "fabfile.py").write_text((ROOT / "fabfile.py").read_text())
    assert re.search(r"^  deploy ", done(shell("fab --list")), re.MULTILINE)


def test_the_readme_is_read_in_three_minutes():
    assert len(re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S).split()) < 750


def read_until(process, words, seconds=30):
    """Read what a program says; one that does not say the words in time is ended."""
    limit = threading.Timer(seconds, process.kill)
    limit.start()
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            limit.cancel()
            return said
    raise AssertionError(f"it ended without saying {words}: {said}")
