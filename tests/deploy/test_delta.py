"""Which files a host cannot take from the release that it has."""

from pathlib import PurePosixPath

import pytest

from deploy import delta, tree
from deploy.repository import resolve


def touched(repository, before, path=tree.WHOLE, linked=()):
    revision = resolve(".", "HEAD", repository.path)
    wanted = tree.look(revision, path)
    return delta.touched(wanted, before, [PurePosixPath(each) for each in linked])


def test_what_came_went_and_changed_is_named(repository):
    before = repository.commit("Some", a="1", b="2", c="3")
    (repository.path / "c").unlink()
    (repository.path / "it's").mkdir()
    repository.commit("Other", a="2", **{"it's/日本語": "x", " d": "x"})
    assert touched(repository, before) == (" d", "a", "c", "it's/日本語")


def test_the_same_commit_differs_in_nothing(repository):
    assert touched(repository, repository.git("rev-parse", "HEAD")) == ()


def test_a_file_that_became_a_directory_is_named_as_both(repository):
    before = repository.git("rev-parse", "HEAD")
    (repository.path / "app").unlink()
    (repository.path / "app").mkdir()
    repository.commit("Grow", **{"app/now": "x"})
    assert touched(repository, before) == ("app", "app/now")


def test_a_change_of_mode_is_a_change(repository):
    before = repository.git("rev-parse", "HEAD")
    (repository.path / "app").chmod(0o755)
    repository.commit("Let it run")
    assert touched(repository, before) == ("app",)


def test_what_lies_elsewhere_than_the_tree_is_left_out(repository):
    for each in ("part", "part2"):
        (repository.path / each).mkdir()
    before = repository.commit("Parts", **{"part/a": "1", "part2/a": "1"})
    repository.commit("More", **{"part/a": "2", "part2/a": "2"})
    assert touched(repository, before, PurePosixPath("part")) == ("part/a",)


def test_what_links_hide_is_sent_always(repository):
    for each in ("part/log/old", "part/logs"):
        (repository.path / each).mkdir(parents=True)
    files = {"part/log/.keep": "", "part/log/old/x": "", "part/logs/x": ""}
    before = repository.commit("Logs", **files, **{"part/db.yml": ""})
    found = touched(repository, before, PurePosixPath("part"), ["log", "db.yml"])
    assert found == ("part/db.yml", "part/log/.keep", "part/log/old/x")


@pytest.mark.parametrize(
    "files",
    [
        {".gitattributes": "*.txt text\n"},
        {"deep/.gitattributes": "x export-ignore\n"},
        {str(number): "x" for number in range(delta.MOST + 1)},
    ],
    ids=["attributes", "deeper", "many"],
)
def test_the_whole_tree_is_sent_where_a_list_does_not_do(repository, files):
    before = repository.git("rev-parse", "HEAD")
    (repository.path / "deep").mkdir()
    repository.commit("More", **files)
    assert touched(repository, before) is None


def test_files_that_hold_their_commits_name_are_never_kept(repository):
    before = repository.commit("Id", **{".gitattributes": "id export-subst\n"})
    repository.commit("More", app="two")
    assert touched(repository, before) is None


def test_a_commit_that_the_repository_does_not_know_is_no_base(repository):
    assert touched(repository, "1" * 40) is None
    assert touched(repository, "") is None
