"""The fabfiles of docs/howto.md and docs/web.md make services and tasks as they stand there."""

import pytest

from deploy.paths import Paths
from deploy.rendering import Templates
from deploy.tasks import PythonEnvironment, Service, project
from tests import documents
from tests.documents import ROOT

PAGES = ("docs/howto.md", "docs/web.md")
FABFILES = [
    (page, block.text)
    for page in PAGES
    for block in documents.blocks((ROOT / page).read_text())
    if block.language == "python"
]


@pytest.mark.parametrize(("page", "text"), FABFILES)
def test_a_fabfile_makes_services_that_can_be_started(page, text, tmp_path):
    known = {"PythonEnvironment": PythonEnvironment, "Service": Service}
    exec(compile(text, page, "exec"), known)  # noqa: S102 # our own pages
    made = [each for each in known.values() if isinstance(each, Service)]
    if "namespace" in known:
        assert any("deploy" in each for each in known["namespace"].task_names)
    else:
        assert "web.deploy" in project(*made).task_names
    for each in made:
        assert each.start in Templates(tmp_path).start(Paths(each))


def test_the_pages_have_fabfiles():
    assert len(FABFILES) == 5
