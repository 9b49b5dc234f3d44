"""What the documents say is so: links lead somewhere, functions exist, decisions are listed."""

import re

import pytest

from tests import documents
from tests.documents import ROOT
from tests.test_architecture import FLOORS

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize(
    "page", documents.pages(), ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_internal_link_leads_somewhere(page):
    links = documents.links(page.read_text())
    internal = [each for each in links if not re.match(r"https?://", each)]
    assert [each for each in internal if not leads_somewhere(page, each)] == []


def leads_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or ROOT not in target.parents:
        return False
    return not anchor or anchor in documents.anchors(target.read_text())


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = documents.links((folder / "README.md").read_text())
    there = [each.name for each in folder.glob("*.md") if each.name != "README.md"]
    assert sorted(listed) == sorted(there)


def test_every_function_that_operations_names_is_one_of_the_commands():
    said = documents.section(
        "docs/operations.md", "## What each task runs on a host"
    ).split("| task |")[1]
    settings = {"setup_commands", "copy_files", "build"}
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", said)) - settings
    assert named
    assert named <= documents.functions()


def test_every_task_that_operations_explains_is_one_and_none_is_missing():
    said = documents.section("docs/operations.md", "## What each task runs on a host")
    rows = [line.split("|")[1] for line in said.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(_tasks())


def test_the_floor_plan_has_every_floor_of_the_deploy_side_as_the_tests_hold_it():
    (drawn,) = re.findall(
        r"^    deploy:  (.*)  <-  fabfile", ARCHITECTURE, re.MULTILINE
    )
    floors = [sorted(each.split()) for each in drawn.split("  <-  ")]
    held = [sorted(set(each) - {"__main__"}) for each in FLOORS["deploy"]]
    assert floors == held


@pytest.mark.parametrize("package", ["deploy", "worker"])
def test_every_module_has_its_question_in_the_floor_plan(package):
    rows = re.findall(rf"^\| (`{package}/.*?) \|", ARCHITECTURE, re.MULTILINE)
    named = {
        each.rstrip("/").split("/")[-1]
        for row in rows
        for each in re.findall(r"`(.*?)`", row)
    }
    folder = ROOT / package
    there = {each.name for each in folder.glob("*.py")} - {"__init__.py"}
    there |= {each.parent.name for each in folder.glob("*/__init__.py")}
    assert sorted(there - named) == []


def test_every_fragment_of_the_changelog_has_a_known_kind():
    kinds = {"added", "changed", "deprecated", "removed", "fixed"}
    fragments = list((ROOT / "changelog.d").glob("*"))
    for each in fragments:
        if each.name not in ("README.md", "template.md.jinja"):
            name, kind, ending = each.name.split(".")
            assert name
            assert kind in kinds
            assert ending == "md"
            assert each.read_text().strip()


def _tasks():
    from deploy import tasks

    service = tasks.Service(name="x", deploy_to="/x", start="x", user="x")
    names = tasks._tasks(tasks.Project(ROOT, (service,))).task_names
    return {name.partition(".")[0] for name in names}
