"""`python -m deploy init` begins a fabfile that fab can use, and overwrites nothing."""

import json
import os
import subprocess
import sys

import pytest

from tests.documents import ROOT

pytestmark = pytest.mark.usefixtures("alone")


class Project:
    def __init__(self, folder):
        self.folder = folder / "shop"
        self.folder.mkdir()

    def run(self, *words):
        known = {k: v for k, v in os.environ.items() if not k.startswith("FABRIC_")}
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env={**known, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def init(self, *words):
        done = self.run("deploy", "init", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *words):
        done = self.run("deploy", "init", *words)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert not (self.folder / "stages").exists()
        return done.stderr

    def settings(self, service):
        done = self.run("fabric", f"{service}.settings", "--json")
        assert done.returncode == 0, done.stderr
        return {k: v["value"] for k, v in json.loads(done.stdout).items()}

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.folder, check=True)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_what_it_writes_is_a_project_that_fab_knows(project):
    said = project.init("web1", "web2", "--start", "./serve --port 80")
    made = project.settings("shop")
    assert made["hosts"] == ["web1", "web2"]
    assert made["start"] == "./serve --port 80"
    assert made["user"] == "app"
    assert made["deploy_to"] == "/home/app/www/shop"
    for each in ("fab shop.setup", "fab shop.deploy", "fab shop.status"):
        assert each in said


def test_a_procfile_says_the_services_and_requirements_the_environment(project):
    (project.folder / "Procfile").write_text(
        "web: gunicorn app:app\nworker: python3 -m worker run jobs\nrelease: ./migrate\nodd: a && b\n"
    )
    (project.folder / "requirements.txt").write_text("gunicorn\n")
    assert "fab deploy" in project.init("web1")
    assert project.settings("web")["start"] == "venv/bin/gunicorn app:app"
    assert project.settings("worker")["start"] == "venv/bin/python -m worker run jobs"
    assert "PythonEnvironment" in project.settings("web")["build"][0]
    assert "odd" not in project.run("fabric", "--list").stdout


def test_django_is_seen(project):
    (project.folder / "manage.py").touch()
    (project.folder / "site").mkdir()
    (project.folder / "site" / "wsgi.py").touch()
    project.init("web1")
    assert project.settings("shop")["start"] == "gunicorn site.wsgi"


def test_the_origin_is_the_repository_unless_it_has_a_password(project):
    project.git("init", "--quiet", "--initial-branch", "trunk")
    project.git("remote", "add", "origin", "git@example.org:shop.git")
    project.init("web1", "--start", "./serve")
    made = project.settings("shop")
    assert (made["repository"], made["branch"]) == ("git@example.org:shop.git", "trunk")


def test_a_password_in_the_origin_is_not_written_down(project):
    project.git("init", "--quiet")
    project.git("remote", "add", "origin", "https://ann:hunter2@example.org/shop")
    said = project.init("web1", "--start", "./serve")
    written = (project.folder / "fabfile.py").read_text()
    assert "hunter2" not in said + written
    assert project.settings("shop")["repository"] == "."


@pytest.mark.parametrize("name", ["fabfile.py", "stages/production.yaml"])
def test_nothing_is_overwritten(project, name):
    file = project.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    done = project.run("deploy", "init", "web1", "--start", "./serve")
    assert done.returncode == 2
    assert f"{name} is here already" in done.stderr
    assert file.read_text() == "mine"


def test_what_has_to_be_asked_is_asked_of_nobody_where_nobody_is(project):
    assert "Give --start PROGRAM" in project.refused("web1")
    assert "Give a HOST" in project.refused("--start", "./serve")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a b", "--start", "./serve"], "HOST number 1 must be host, user@host"),
        (["web1", "--start", "a && b"], "--start must be one program"),
        (["web1", "--start", "a", "--user", "$(id)"], "--user must be the name"),
    ],
)
def test_a_wrong_answer_is_refused(project, words, sentence):
    assert sentence in project.refused(*words)


def test_odd_names_make_valid_python(project):
    (project.folder / "Procfile").write_text(
        'class: ./serve "a\\"b"\n9lives: ./cat\nmy-app: ./serve\nproject: ./serve\n'
    )
    project.init("web1")
    assert project.settings("class")["start"] == './serve "a\\"b"'
    assert project.settings("9lives")["start"] == "./cat"


def test_the_version_is_told(project):
    done = project.run("deploy", "--version")
    assert done.stdout.startswith("forklift ")
