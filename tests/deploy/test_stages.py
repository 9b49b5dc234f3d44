"""Which stage a run is for, told by fab itself, as a subprocess that needs no host."""

import json
import os
import subprocess
import sys

import pytest

from deploy import stages
from deploy.errors import Refused
from tests.documents import ROOT

FABFILE = """\
from deploy.tasks import Service, project
common = {"user": "app", "start": "run", "hosts": ["declared"]}
namespace = project(
    Service(name="worker", deploy_to="/w", **common),
    Service(name="web", deploy_to="/b", **common),
)
"""


class Project:
    def __init__(self, folder):
        self.folder = folder
        (folder / "stages").mkdir()
        (folder / "fabfile.py").write_text(FABFILE)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def fab(self, *words, **environment):
        known = {k: v for k, v in os.environ.items() if not k.startswith("FABRIC_")}
        return subprocess.run(
            [sys.executable, "-m", "fabric", *words],
            cwd=self.folder,
            env={**known, "PYTHONPATH": str(ROOT), "HOME": "/nowhere", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def settings(self, *words, **environment):
        """What the worker's settings are, each with its place."""
        task = () if any("settings" in word for word in words) else ("worker.settings",)
        done = self.fab(*words, *task, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return {k: (v["value"], v["from"]) for k, v in json.loads(done.stdout).items()}

    def refused(self, *words, **environment):
        done = self.fab(*words, **environment)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def staged(project):
    project.write("stages/production.yaml", "hosts: [p1, p2]\nworker: {settle: 9}\n")
    project.write("stages/staging.json", '{"hosts": ["s1"]}')
    return project


def test_a_stage_is_named_before_the_task(staged):
    found = staged.settings("production")
    assert found["hosts"] == (["p1", "p2"], "stages/production.yaml")
    assert found["settle"] == (9.0, "stages/production.yaml")


def test_a_stage_is_named_by_the_environment_and_the_command_line_wins(staged):
    assert staged.settings(FABRIC_STAGE="staging")["hosts"][0] == ["s1"]
    found = staged.settings("production", FABRIC_STAGE="staging")
    assert found["hosts"][0] == ["p1", "p2"]


def test_with_several_stages_one_has_to_be_named(staged):
    said = staged.refused("worker.settings")
    assert "which stage? there are production, staging" in said
    assert staged.fab("--list").returncode == 0


def test_a_single_stage_needs_no_naming(project):
    project.write("stages/production.yaml", "hosts: [p1]\n")
    assert project.settings()["hosts"] == (["p1"], "stages/production.yaml")


def test_each_layer_wins_over_those_before_it(staged):
    staged.write("fabric.yaml", "worker: {hosts: [f1], branch: f, settle: 1}\n")
    staged.write("run.yaml", "worker: {branch: r, keep_releases: 2}\n")
    environment = {
        "FABRIC_WORKER_SETTLE": "4.5",
        "FABRIC_WORKER_KEEP_RELEASES": "7",
        "FABRIC_WORKER_HOSTS": "e1,e2",
    }
    words = ("-f", "run.yaml", "production", "worker.settings", "-o", "keep_failed=3")
    found = staged.settings(*words, **environment)
    assert found["hosts"] == (["e1", "e2"], "environment")
    assert found["settle"] == (4.5, "environment")
    assert found["branch"] == ("r", "run.yaml")
    assert found["keep_releases"] == (2, "run.yaml")
    assert found["keep_failed"] == (3, "-o")
    assert found["user"] == ("app", "fabfile")
    assert found["reloads"] == (False, "default")


def test_a_stage_wins_over_the_fabric_yaml_of_the_project(staged):
    staged.write("fabric.yaml", "worker: {hosts: [f1], branch: f}\n")
    found = staged.settings("staging")
    assert found["hosts"] == (["s1"], "stages/staging.json")
    assert found["branch"][0] == "f"
    assert found["branch"][1].endswith("fabric.yaml")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["production"], "say what to do in that stage"),
        (["worker.settings", "production"], "a stage comes before the tasks"),
        (["production", "staging", "worker.settings"], "one stage a run"),
        (["production", "worker.settings", "-o", "x"], "-o x: must be setting=value"),
        (["production", "worker.check", "-o", "settle=x"], "settle must be seconds"),
        (["production", "deploy", "-o", "web.nope=1"], "no setting nope"),
    ],
)
def test_a_command_line_that_cannot_be_meant_is_refused(staged, words, sentence):
    assert sentence in staged.refused(*words)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("p.yaml", "hots: [a]", "stages/p.yaml: there is no setting hots; did you"),
        ("p.yaml", "wroker: {settle: 1}", "there is no setting wroker"),
        ("p.yaml", "worker: [settle]", "worker must hold settings"),
        ("p.yaml", "- a", "must hold settings, one a line"),
        ("p.yaml", ": no\n  yaml", "cannot be read"),
        ("p.json", "{", "cannot be read"),
        ("p.py", "hosts = [", "cannot be read"),
        (
            "p.yaml",
            "settle: soon",
            "settle must be seconds from 0 to 86400, not 'soon', in stages/p.yaml",
        ),
        ("worker.yaml", "settle: 1", "stage worker needs another name"),
    ],
)
def test_a_stage_that_is_wrong_is_refused(project, name, content, sentence):
    project.write(f"stages/{name}", content)
    assert sentence in project.refused("worker.settings")


def test_an_unknown_stage_in_the_environment_is_refused(staged):
    said = staged.refused("worker.settings", FABRIC_STAGE="prodution")
    assert "there is no stage prodution; there are production, staging" in said


def test_two_files_of_one_stage_are_refused(tmp_path):
    (tmp_path / "stages").mkdir()
    for name in ("a.yaml", "a.json"):
        (tmp_path / "stages" / name).write_text("{}")
    with pytest.raises(Refused, match="are both stage a"):
        stages.found(tmp_path)


def test_a_service_with_the_name_of_fabrics_own_settings_is_refused(project):
    project.write("fabfile.py", FABFILE.replace('"web"', '"run"'))
    assert "a service cannot be named run" in project.refused("--list")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "fabric.yaml cannot be read: while parsing"),
        ("- hosts", "fabric.yaml must hold settings, one a line"),
    ],
)
def test_a_broken_file_of_fabrics_own_is_refused_with_its_name(project, text, told):
    project.write("fabric.yaml", text)
    assert told in project.refused("worker.settings")
    (project.folder / "fabric.yaml").rename(project.folder / "run.yaml")
    told = told.replace("fabric.yaml", "the file run.yaml of -f")
    assert told in project.refused("-f", "run.yaml", "worker.settings")


def test_an_ssh_config_that_cannot_be_read_is_refused(project):
    refused = project.refused("-S", "gone", "worker.status")
    assert "ssh_config (of -S or ssh_config_path" in refused
    assert "No such file or directory: 'gone'" in refused
    project.write("config", "Host declared\n    Port\n")
    refused = project.refused("-S", "config", "worker.status")
    assert "cannot be read: Unparsable line Port" in refused
    for number in ("Port twenty-two", "Port 65536", "ConnectTimeout 10s"):
        project.write("config", f"Host declared\n    {number}\n")
        option, value = number.split()
        told = f"declared: {option} in ssh_config must be a whole number to 65535, not '{value}'"
        assert told in project.refused("-S", "config", "worker.status")


def test_a_rehearsal_copies_no_templates(project):
    done = project.fab("--dry", "worker.templates")
    assert done.returncode == 0
    assert "to be made: log.run.j2, maintenance.html.j2, run.j2" in done.stdout
    assert not (project.folder / "templates").exists()
