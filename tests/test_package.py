"""The wheel: what is in it, and that it works where only it is installed."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RENDER = """
from pathlib import Path
from deploy.paths import Paths
from deploy.rendering import Templates
from deploy.settings import Service
import deploy, deploy.tasks
paths = Paths(Service(name="x", deploy_to="/srv/x", start="x", user="app"))
templates = Templates(Path("/nonexistent"))
print(deploy.__file__)
for made in (templates.run, templates.log_run, templates.start):
    print(made(paths).splitlines()[0])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    run(sys.executable, *build, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def names(wheel):
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def metadata(wheel, names):
    (name,) = [each for each in names if each.endswith(".dist-info/METADATA")]
    return zipfile.ZipFile(wheel).read(name).decode().split("\n\n")[0].splitlines()


def run(*words, cwd):
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(folder, wanted):
    """Install into a fresh environment; give its interpreter."""
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    run(*pip, "--no-compile", "--disable-pip-version-check", wanted, cwd=folder)
    return python


def test_without_the_extra_the_worker_works_and_fabric_is_absent(wheel, tmp_path):
    python = installed(tmp_path, wheel)
    said = run(
        python, "-I", "-c", "import worker; print(worker.__file__)", cwd=tmp_path
    )
    assert str(tmp_path) in said
    assert "run" in run(python, "-I", "-m", "worker", "--help", cwd=tmp_path)
    find = "import importlib.util as u; print(*map(u.find_spec, ('fabric', 'jinja2', 'rich')))"
    assert run(python, "-I", "-c", find, cwd=tmp_path) == "None None None\n"


def test_with_the_extra_the_installed_templates_are_rendered(wheel, tmp_path):
    python = installed(tmp_path, f"{wheel}[deploy]")
    where, *first_lines = run(python, "-I", "-c", RENDER, cwd=tmp_path).splitlines()
    assert where.startswith(str(tmp_path))
    assert first_lines == ["#!/bin/sh"] * 3
    (tmp_path / "fabfile.py").write_text((ROOT / "fabfile.py").read_text())
    fab = tmp_path / "venv" / "bin" / "fab"
    assert "worker.deploy" in run(fab, "--list", cwd=tmp_path)


def test_an_index_would_take_the_wheel_and_the_source_archive(wheel, tmp_path):
    build = ["-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT]
    run(sys.executable, *build, cwd=tmp_path)
    (source,) = tmp_path.glob("*.tar.gz")
    twine = [sys.executable, "-m", "twine", "--no-color", "check", "--strict"]
    assert run(*twine, wheel, source, cwd=tmp_path).count("PASSED") == 2


def test_the_version_stands_in_one_place(wheel):
    declared = re.search(
        '^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert declared
    assert wheel.name.startswith(f"forklift-{declared[1]}-")
    elsewhere = [
        each
        for package in ("deploy", "worker")
        for each in (ROOT / package).rglob("*.py")
        if f'"{declared[1]}"' in each.read_text()
    ]
    assert elsewhere == []


def test_the_changes_of_the_next_release_can_be_put_together():
    draft = ["-m", "towncrier", "build", "--draft", "--version", "9.9.9"]
    said = run(sys.executable, *draft, cwd=ROOT)
    assert "## 9.9.9" in said
    fragments = [
        each for each in (ROOT / "changelog.d").glob("*.md") if each.name != "README.md"
    ]
    for each in fragments:
        assert each.read_text().split("\n")[0][:60] in said, each


def test_what_an_installed_package_needs_is_in_the_wheel(names):
    ours = [each for each in names if ".dist-info/" not in each]
    assert {"deploy/py.typed", "worker/py.typed"} <= set(ours)
    templates = sorted(
        each.name for each in (ROOT / "templates").iterdir() if each.is_file()
    )
    packed = [each for each in ours if each.startswith("deploy/templates/")]
    assert sorted(packed) == [f"deploy/templates/{each}" for each in templates]
    libraries = (ROOT / "deploy" / "commands").glob("*.sh")
    assert {f"deploy/commands/{each.name}" for each in libraries} <= set(ours)


def test_nothing_else_is_in_the_wheel(names):
    assert {each.split("/")[0].partition("-")[0] for each in names} == {
        "deploy",
        "worker",
        "forklift",
    }
    assert [each for each in names if "__pycache__" in each] == []


def test_a_worker_needs_pymysql_alone_and_an_operator_the_extra(metadata):
    assert "Name: forklift" in metadata
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.9" in metadata
    needed = [each for each in metadata if each.startswith("Requires-Dist:")]
    plain = [each for each in needed if "extra ==" not in each]
    assert plain == ["Requires-Dist: pymysql<2,>=1.2.4"]
    extra = [each.split()[1].split("<")[0].split(">")[0] for each in needed]
    assert sorted(extra) == [
        "cronsim",
        "fabric",
        "invoke",
        "jinja2",
        "msgpack",
        "paramiko",
        "pymysql",
        "rich",
        "tzdata",
    ]
    assert [each for each in metadata if each.startswith("Provides-Extra:")] == [
        "Provides-Extra: cron",
        "Provides-Extra: deploy",
        "Provides-Extra: msgpack",
    ]
