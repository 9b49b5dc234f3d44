"""docs/settings.md has every setting once, as it is defined, and nothing that is no setting."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import PurePosixPath

import pytest

from deploy.hooks import PHASES, TASKS, Hook, Occasion
from deploy.hosts import Host
from deploy.settings import PythonEnvironment, Service
from tests import documents
from tests.documents import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text()
SETTINGS = documents.section("docs/settings.md", "## The settings of a service")
REQUIRED = {"name": "x", "deploy_to": "/x", "start": "x", "user": "x"}


def described(name):
    return documents.section("docs/settings.md", f"### `{name}`")


def test_every_setting_stands_there_once_and_nothing_else_does():
    headings = re.findall(r"^### `(.*)`$", SETTINGS, re.MULTILINE)
    assert headings == [each.name for each in fields(Service)]


@pytest.mark.parametrize("each", fields(Service), ids=lambda each: each.name)
def test_a_setting_has_its_meaning_and_its_default(each):
    assert each.metadata["meaning"] in described(each.name).splitlines()
    assert PAGE.count(each.metadata["meaning"]) == 1
    assert f"- Default: {default(each)}" in described(each.name).splitlines()


@pytest.mark.parametrize("each", fields(Service), ids=lambda each: each.name)
def test_the_example_of_a_setting_can_be_used(each):
    (example,) = re.findall(r"^- Example: `(.*)`$", described(each.name), re.MULTILINE)
    names = {
        "dict": dict,
        "PythonEnvironment": PythonEnvironment,
        "Hook": Hook,
        "Host": Host,
    }
    given = eval(f"dict({example})", names)  # noqa: S307 # our own page
    assert each.name in given
    Service(**{**REQUIRED, **given})


@pytest.mark.parametrize("kind", [PythonEnvironment, Hook, Host])
def test_what_stands_in_a_list_is_described_with_all_its_fields(kind):
    said = documents.section("docs/settings.md", f"## `{kind.__name__}`")
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| (?:`(.*)`|must be given) \|$", said, re.MULTILINE
    )
    known = [
        (each.name, "" if each.default is MISSING else each.default)
        for each in fields(kind)
    ]
    assert [(n, eval(v) if v else v) for n, v in rows] == known  # noqa: S307


def test_the_fabfiles_of_the_page_work():
    from deploy import tasks

    whole = [b.text for b in documents.blocks(PAGE) if "project(" in b.text]
    assert len(whole) > 1
    for text in whole:
        names = {}
        exec(compile(text, __file__, "exec"), names)  # noqa: S102 # our own page
        kinds = map(type, names.values())
        assert tasks.Service in kinds


def test_every_phase_and_task_that_may_have_hooks_is_named():
    said = documents.section("docs/settings.md", "## `Hook`")
    assert [each for each in (*PHASES, *TASKS) if f"`{each}`" not in said] == []
    told = Occasion("x", "x", "x", "x", ("x",), "x", "x", "x", "x").environment("x")
    assert [each for each in told if f"`{each}`" not in said] == []


def default(each):
    if each.default is MISSING:
        return "none, it must be set"
    made = getattr(Service(**REQUIRED), each.name)
    if isinstance(made, Mapping):
        return "`{}`"
    if made == ():
        return "`[]`"
    if isinstance(made, (str, PurePosixPath)):
        return f"`{json.dumps(str(made))}`"
    return f"`{made}`"
