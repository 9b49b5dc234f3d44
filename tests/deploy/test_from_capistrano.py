"""What docs/from-capistrano.md promises to those who come from there exists."""

import re
from pathlib import Path

from deploy import settings
from deploy.tasks import Service, project

TEXT = (Path(__file__).parent.parent.parent / "docs" / "from-capistrano.md").read_text()


def ours(title):
    """The names in the second column of the table under a title."""
    table = TEXT.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("|")]
    return {name for row in rows[2:] for name in re.findall("`([^`]+)`", row[2])}


def service():
    return Service(name="sample", deploy_to="/srv/sample", start="./serve", user="app")


def test_every_setting_that_it_names_is_one():
    named = ours("Settings")
    assert len(named) > 15
    assert named <= set(settings.names())


def test_every_task_that_it_names_is_one_and_every_task_is_named():
    offered = set(project(service()).task_names)
    named = {f"sample.{each}" for each in ours("Tasks")}
    # a collection's own task is asked for by the collection's name
    assert named == {each.replace(".pending.commits", ".pending") for each in offered}


def test_its_fabfile_makes_tasks():
    known = {}
    exec(re.findall("```python\n(.*?)```", TEXT, re.DOTALL)[0], known)  # noqa: S102 # our own text
    assert "sample.deploy" in known["namespace"].task_names
