"""docs/settings.md has every setting once, as it is defined, and nothing that is no setting."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import PurePosixPath

import pytest

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
    names = {"dict": dict, "PythonEnvironment": PythonEnvironment}
    given = eval(f"dict({example})", names)  # noqa: S307 # our own page
    assert list(given) == [each.name]
    Service(**{**REQUIRED, **given})


def test_a_python_environment_is_described_with_all_its_fields():
    said = documents.section("docs/settings.md", "## `PythonEnvironment`")
    rows = re.findall(r"^\| `(\w+)` \|.*\| `(.*)` \|$", said, re.MULTILINE)
    known = [(each.name, each.default) for each in fields(PythonEnvironment)]
    assert [(name, eval(value)) for name, value in rows] == known  # noqa: S307


def test_the_fabfile_of_the_page_works():
    from deploy import tasks

    code = next(b for b in documents.blocks(PAGE) if b.language == "python")
    names = {}
    exec(compile(code.text, __file__, "exec"), names)  # noqa: S102 # our own page
    assert isinstance(names["worker"], tasks.Service)


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
