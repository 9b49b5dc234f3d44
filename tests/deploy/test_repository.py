"""Which commit a branch means now, in real git repositories."""

import subprocess

import pytest

from deploy.errors import Refused
from deploy.repository import resolve, uncommitted


@pytest.fixture
def served(repository, tmp_path):
    """A bare repository behind a URL, as origin of the project."""
    bare = tmp_path / "it's served.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    repository.git("remote", "add", "origin", f"file://{bare}")
    repository.git("push", "--quiet", "origin", "main")
    return f"file://{bare}"


def test_head_is_what_is_checked_out(repository):
    revision = resolve(".", "HEAD", repository.path)
    assert revision.commit == repository.git("rev-parse", "HEAD")
    assert (revision.branch, revision.subject) == ("HEAD", "First")
    assert revision.repository == repository.path
    assert uncommitted(revision.repository) == 0


def test_a_branch_a_tag_and_a_commit_mean_a_commit(repository):
    first = repository.git("rev-parse", "HEAD")
    repository.git("branch", "old")
    repository.git("tag", "-a", "v1", "-m", "Version 1")
    second = repository.commit("Second")
    meant = {
        "main": second,
        "old": first,
        "v1": first,
        first: first,
        first[:7]: first,
        "HEAD~1": first,
    }
    for branch, commit in meant.items():
        assert resolve(".", branch, repository.path).commit == commit


@pytest.mark.parametrize("branch", ["nope", "HEAD:app", "^main", "main..main", "", "0"])
def test_an_unknown_branch_is_refused(repository, branch):
    with pytest.raises(Refused, match=r"there is no branch, tag or commit .* pushed"):
        resolve(".", branch, repository.path)


@pytest.mark.parametrize("name", ["-x", "--all", "--help", "-"])
def test_a_branch_named_like_an_option_is_no_option(repository, name):
    with pytest.raises(Refused, match=f"no branch, tag or commit {name} in"):
        resolve(".", name, repository.path)
    repository.git("update-ref", f"refs/heads/{name}", "HEAD")
    assert resolve(".", name, repository.path).subject == "First"


@pytest.mark.usefixtures("alone")
def test_a_folder_that_is_no_repository_is_refused(tmp_path):
    with pytest.raises(Refused, match="is no git repository; make it one"):
        resolve(".", "HEAD", tmp_path)


def test_a_folder_inside_a_repository_is_not_taken_for_it(repository):
    (repository.path / "ops").mkdir()
    with pytest.raises(Refused, match=r"lies inside .*it's a project; set repository"):
        resolve(".", "HEAD", repository.path / "ops")
    assert resolve("..", "HEAD", repository.path / "ops").subject == "First"


@pytest.mark.usefixtures("alone")
def test_a_repository_without_a_commit_is_refused(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path / "new"], check=True)
    with pytest.raises(Refused, match="there is no branch, tag or commit HEAD"):
        resolve("new", "HEAD", tmp_path)


@pytest.mark.usefixtures("served")
def test_a_bare_repository_may_lie_on_this_machine(repository, tmp_path):
    revision = resolve("it's served.git", "main", tmp_path)
    assert revision.commit == repository.git("rev-parse", "HEAD")


def test_files_that_are_not_committed_are_counted(repository):
    (repository.path / "app").write_text("two")
    (repository.path / "new").write_text("new")
    assert uncommitted(repository.path) == 2


def test_a_git_hook_s_environment_does_not_lead_to_another_repository(
    repository, tmp_path, monkeypatch
):
    other = tmp_path / "other"
    subprocess.run(["git", "init", "--quiet", other], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    assert resolve(".", "main", repository.path).subject == "First"
    assert uncommitted(repository.path) == 0


def test_a_url_is_fetched_and_every_time_anew(served, repository, tmp_path):
    assert resolve(served, "main", tmp_path).subject == "First"
    second = repository.commit("Second")
    assert resolve(served, "main", tmp_path).subject == "First"
    repository.git("push", "--quiet", "origin", "main", "HEAD:refs/heads/new")
    repository.git("tag", "v1")
    repository.git("push", "--quiet", "origin", "v1")
    for branch in ("main", "new", "HEAD", second, "v1"):
        found = resolve(served, branch, tmp_path)
        assert (found.commit, found.branch) == (second, branch)
        assert uncommitted(found.repository) == 0
    assert len(list((tmp_path / "cache" / "forklift").iterdir())) == 1


def test_what_was_pushed_with_force_is_followed(served, repository, tmp_path):
    repository.commit("Second")
    repository.git("push", "--quiet", "origin", "main")
    assert resolve(served, "main", tmp_path).subject == "Second"
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit("Other")
    repository.git("push", "--quiet", "--force", "origin", "main")
    assert resolve(served, "main", tmp_path).subject == "Other"


def test_a_branch_that_was_deleted_is_gone(served, repository, tmp_path):
    repository.git("push", "--quiet", "origin", "HEAD:refs/heads/a")
    assert resolve(served, "a", tmp_path).subject == "First"
    repository.git("push", "--quiet", "origin", ":refs/heads/a")
    repository.git("push", "--quiet", "origin", "HEAD:refs/heads/a/b")
    with pytest.raises(Refused, match="no branch, tag or commit a in"):
        resolve(served, "a", tmp_path)
    assert resolve(served, "a/b", tmp_path).subject == "First"


@pytest.mark.parametrize("head", ["HEAD", "HEAD~1", "@"])
def test_head_of_a_url_is_the_head_there(served, repository, tmp_path, head):
    repository.git("checkout", "--quiet", "-b", "release")
    repository.commit("Released once")
    repository.commit("Released twice")
    repository.git("push", "--quiet", "origin", "release")
    bare = tmp_path / "it's served.git"
    subprocess.run(
        ["git", "-C", bare, "symbolic-ref", "HEAD", "refs/heads/release"], check=True
    )
    wanted = repository.git("rev-parse", head)
    assert resolve(served, head, tmp_path).commit == wanted


def test_a_branch_is_found_where_head_leads_to_nothing(served, tmp_path):
    bare = tmp_path / "it's served.git"
    subprocess.run(
        ["git", "-C", bare, "symbolic-ref", "HEAD", "refs/heads/none"], check=True
    )
    assert resolve(served, "main", tmp_path).subject == "First"
    with pytest.raises(Refused, match=r"cannot be fetched: .*HEAD"):
        resolve(served, "HEAD", tmp_path)


@pytest.mark.parametrize(
    "repository",
    ["file:///nowhere.git", "nowhere", "~nobody-here/x", "a" * 5000, "ext::sh -c id"],
)
@pytest.mark.usefixtures("alone")
def test_what_cannot_be_fetched_is_refused(tmp_path, repository):
    with pytest.raises(Refused, match=r"cannot be fetched: .*is it spelled right"):
        resolve(repository, "HEAD", tmp_path)


def test_a_cache_that_cannot_be_written_is_refused(served, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(Refused, match=r"the mirror of .* cannot be made"):
        resolve(served, "main", tmp_path)
