"""Rooms, doors and the one direction of imports: the floor plan that docs/architecture.md draws."""

import ast
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: each floor may import from the floors before it; what shares a floor may import each other
FLOORS = {
    "deploy": (
        (
            "batches",
            "declaring",
            "errors",
            "shell",
            "release",
            "settings",
            "hooks",
            "hook_checks",
            "hosts",
            "host_checks",
            "values",
            "linked",
            "output",
            "facts",
            "layers",
            "sayings",
            "project_checks",
            "moments",
            "notices",
            "prompts",
            "stages",
            "supervisors",
        ),
        (
            "paths",
            "faults",
            "findings",
            "repository",
            "tree",
            "delta",
            "archive",
            "bundle",
            "history",
            "secrets",
            "survey",
            "scaffold",
            "shells",
        ),
        ("commands", "rendering", "remote"),
        ("recipes",),
        (
            "__main__",
            "completing",
            "configuration",
            "connecting",
            "notifying",
            "executor",
            "inventory",
            "maintaining",
            "opening",
            "project",
            "changing",
            "visiting",
            "telling",
            "tasks",
        ),
    ),
    # the worker's own floors are held by tests/worker/test_rooms.py
    "worker": (),
}

#: who may go through which door
DOORS = {
    "fabric": r"deploy/(remote/.*|configuration|executor|project|changing|maintaining|telling|visiting|tasks)\.py",
    "invoke": r"deploy/(remote/.*|configuration|executor|project|changing|maintaining|telling|visiting|tasks)\.py",
    "paramiko": r"deploy/(remote/.*|configuration|executor|project|changing|maintaining|telling|visiting|tasks)\.py",
    "jinja2": r"deploy/rendering\.py",
    "rich": r"deploy/output/(lines|screen|frame)\.py",
    # remote/transport starts what ssh_config names as ProxyCommand
    # remote/here runs a project's hooks on the operator's machine, secrets what a secret is asked of
    "subprocess": r"deploy/(completing|rendering|repository|archive|history|secrets|remote/(transport|here))\.py|worker/soak/.*\.py",
    "pymysql": r"worker/store/.*\.py",
    "sqlite3": r"worker/store/.*\.py",
}

#: what is sent, how it is sent and what is rendered know nothing of each other
STRANGERS = {
    (one, other)
    for one in ("commands", "remote", "rendering")
    for other in ("commands", "remote", "rendering")
    if one != other
}
FORKS = r"worker/(manager|child|crew|forking)\.py"
PRINTS = r"(deploy/output/printing|worker/__main__)\.py"
SHELL_TEXT = r"deploy/(shell|commands/.*)\.py"


def modules(root):
    for package in FLOORS:
        yield from sorted((root / package).rglob("*.py"))


def imported(tree):
    """Name what a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)
            if node.level:
                yield f".{node.module}"


def floor_of(module):
    """Tell on which floor a dotted module stands; None if it stands on none of them."""
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    for number, rooms in enumerate(FLOORS.get(package, ())):
        if room in rooms:
            return number
    return None


def trespasses(root):
    """Say everything in *root* that the floor plan forbids."""
    for path in modules(root):
        yield from found_in(path.relative_to(root).as_posix(), path.read_text())


@cache
def found_in(name, text):
    tree = ast.parse(text)
    checks = (upward, neighbours, through_doors, calls, shell_texts)
    return [f"{name}: {what}" for check in checks for what in check(name, tree)]


def upward(name, tree):
    package, own = name.split("/")[0], floor_of(name[:-3].replace("/", "."))
    for each in imported(tree):
        if each.startswith("."):
            yield f"imports {each} relatively"
        elif each.partition(".")[0] in FLOORS and not each.startswith(f"{package}."):
            yield f"imports {each} of the other side"
        elif own is not None and (floor_of(each) or 0) > own:
            yield f"imports {each} from a floor above"


def neighbours(name, tree):
    """Find rooms of one floor that know each other and should not."""
    for each in imported(tree):
        if (room_of(name), room_of(each.replace(".", "/"))) in STRANGERS:
            yield f"imports {each}, which is not its business"


def room_of(name):
    return name.partition("/")[2].partition("/")[0].partition(".")[0]


def through_doors(name, tree):
    for each in imported(tree):
        door = DOORS.get(each.partition(".")[0])
        if door and not re.fullmatch(door, name):
            yield f"imports {each}, which has its door elsewhere"


def calls(name, tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "os.fork" and not re.fullmatch(FORKS, name):
            yield "forks"
        if called == "print" and not re.fullmatch(PRINTS, name):
            yield "prints"


def shell_texts(name, tree):
    """Find commands made of an f-string: quoting is the business of few."""
    if re.fullmatch(SHELL_TEXT, name):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            made = any(isinstance(each, ast.JoinedStr) for each in node.args)
            if made and called in ("Command", "Question", "run", "Popen", "system"):
                yield f"makes shell text by an f-string for {called}"


def test_the_floor_plan_holds():
    assert list(trespasses(ROOT)) == []


@pytest.mark.parametrize("package", ["deploy"])
def test_every_module_stands_on_a_floor(package):
    rooms = {
        each.stem
        for each in (ROOT / package).iterdir()
        if each.suffix == ".py" or (each / "__init__.py").exists()
    }
    known = {room for floor in FLOORS[package] for room in floor}
    assert rooms <= {*known, "__init__"}


def test_the_fabfile_holds_nothing_but_services():
    tree = ast.parse((ROOT / "fabfile.py").read_text())
    assert {each.rpartition(".")[0] for each in imported(tree)} == {"deploy.tasks"}
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.If, ast.For))
    ]


TRESPASSES = {
    "a floor above": [
        ("deploy/errors.py", "from deploy import paths"),
        ("deploy/release.py", "import deploy.tasks"),
        ("deploy/paths.py", "from deploy.commands import lock"),
        ("deploy/faults.py", "def f():\n    from deploy.recipes import rollout"),
        ("deploy/commands/lock.py", "from deploy.recipes.target import Target"),
        ("deploy/rendering.py", "from deploy import project"),
        ("deploy/recipes/control.py", "from deploy.executor import FleetTask"),
    ],
    "the other side": [
        ("deploy/recipes/setup.py", "import worker.queue"),
        ("worker/job.py", "from deploy.shell import command"),
    ],
    "relatively": [("deploy/paths.py", "from .release import Release")],
    "not its business": [
        ("deploy/remote/session.py", "from deploy.commands import lock"),
        ("deploy/commands/lock.py", "from deploy.remote.remote import Remote"),
    ],
    "its door elsewhere": [
        ("deploy/recipes/target.py", "import fabric"),
        ("deploy/commands/facts.py", "from paramiko.client import SSHClient"),
        ("deploy/settings/service.py", "from invoke import Context"),
        ("deploy/project.py", "from jinja2 import Template"),
        ("deploy/recipes/inspect.py", "def f():\n    from rich.table import Table"),
        ("deploy/commands/source.py", "import subprocess"),
        ("worker/queue.py", "import pymysql.cursors"),
        ("worker/manager.py", "import sqlite3"),
    ],
    "forks": [
        ("worker/queue.py", "import os\nos.fork()"),
        ("deploy/tasks.py", "import os\nos.fork()"),
    ],
    "prints": [
        ("deploy/recipes/control.py", "print(1)"),
        ("worker/manager.py", "print(1)"),
    ],
    "shell text by an f-string": [
        ("deploy/recipes/finishing.py", "Command(f'rm -rf {x}')"),
        ("deploy/remote/remote.py", "shell.Question(f'cat {x}', str)"),
    ],
}


@pytest.mark.parametrize(
    ("rule", "where", "planted"),
    [(rule, *each) for rule, some in TRESPASSES.items() for each in some],
)
def test_a_trespass_is_noticed(tmp_path, rule, where, planted):
    for package in FLOORS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    path = tmp_path / where
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text() if path.exists() else "from __future__ import annotations\n"
    path.write_text(f"{text}\n{planted}\n")
    (found,) = trespasses(tmp_path)
    assert found.startswith(f"{where}: ")
    assert rule in found
