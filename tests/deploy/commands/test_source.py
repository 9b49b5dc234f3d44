"""Trees that a host fetches itself: real git, a real server of files, under a real shell."""

import subprocess
from dataclasses import dataclass

import pytest

from deploy import tree
from deploy.commands import facts, releases, source
from deploy.release import Manifest, Release
from deploy.repository import resolve
from deploy.shell import together
from tests.deploy.conftest import Repository

FIRST, SECOND = "20261123094501-1a2b3c4", "20261123094502-1a2b3c4"


@dataclass(frozen=True)
class Served(Repository):
    """A repository, and the URL of the bare one that it is pushed to."""

    url: str

    def push(self, subject, **files):
        commit = self.commit(subject, **files)
        self.git("push", "--quiet", "--force", "origin", "main")
        return commit


@pytest.fixture
def served(repository, tmp_path):
    bare = tmp_path / "it's served.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    repository.git("remote", "add", "origin", f"file://{bare}")
    # what git asks of whoever runs a server of files: submodules may come from one
    repository.git("config", "--global", "protocol.file.allow", "always")
    made = Served(repository.path, f"file://{bare}")
    made.push("First", app="one")
    return made


def checking_out(host, served, name, **settings):
    where = host.with_settings(repository=served.url, deploy_via="git", **settings)
    revision = resolve(served.url, "main", served.path)
    wanted = tree.look(revision, where.paths.service.repo_tree)
    return source.check_out(where.paths, name, wanted)


def manifest(name):
    return Manifest(Release(name), "ready", "1" * 40, "main", "ann@desk")


def bring(host, served, name=FIRST, **settings):
    """Make the tree of the newest commit, and return where it lies."""
    host.do(checking_out(host, served, name, **settings))
    return host.releases / name


def mirror(host):
    return host.deploy_to / "repo"


def files(folder):
    return sorted(
        str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()
    )


def git(where, *words):
    done = subprocess.run(
        ["git", "-C", where, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_a_commit_becomes_a_tree_and_leaves_nothing_else(host, served):
    served.push("Odd", **{"it's a file": "x", "日本語": "y", "-rf": "z"})
    made = bring(host, served)
    assert files(made) == ["-rf", "app", "it's a file", "日本語"]
    assert [each.name for each in host.releases.iterdir()] == [FIRST]


def test_the_tree_of_the_mirror_is_that_of_an_archive(host, served):
    (served.path / ".gitattributes").write_text(
        "secret export-ignore\nid export-subst\n"
    )
    commit = served.push("Attributes", secret="x", id="$Format:%H$")
    made = bring(host, served)
    assert files(made) == [".gitattributes", "app", "id"]
    assert (made / "id").read_text() == commit


def test_only_the_wanted_commit_is_fetched(host, served):
    served.git("push", "--quiet", "origin", "main:refs/heads/other")
    (served.path / "app").write_text("two")
    served.git("commit", "--quiet", "--all", "-m", "Elsewhere")
    served.git("push", "--quiet", "origin", "main:refs/heads/other")
    elsewhere = served.git("rev-parse", "HEAD")
    served.git("reset", "--quiet", "--hard", "HEAD~1")
    bring(host, served)
    with pytest.raises(subprocess.CalledProcessError):
        git(mirror(host), "cat-file", "-e", elsewhere)


def test_a_commit_that_is_there_is_not_fetched_again(host, served, tmp_path):
    command = checking_out(host, served, SECOND)
    bring(host, served)
    (tmp_path / "it's served.git").rename(tmp_path / "away")
    host.do(command)
    assert files(host.releases / SECOND) == ["app"]


def test_a_shallow_mirror_has_no_more_history_than_was_asked_for(host, served):
    for number in range(3):
        served.push("More", app=str(number))
    made = bring(host, served, git_shallow_clone=1)
    assert (made / "app").read_text() == "2"
    assert git(mirror(host), "rev-list", "--count", "refs/forklift/wanted") == "1"
    served.push("Later", app="3")
    assert (bring(host, served, SECOND, git_shallow_clone=1) / "app").read_text() == "3"


def test_a_directory_of_the_repository_becomes_the_whole(host, served):
    (served.path / "it's [a] part/src").mkdir(parents=True)
    (served.path / "it's [a] part/src/run").write_text("x")
    served.push("Part")
    assert files(bring(host, served, repo_tree="it's [a] part/src")) == ["run"]


def test_a_server_that_gives_no_single_commits_gives_its_branches(host, served):
    # protocol 0 lets a client ask for nothing but what is advertised
    served.git("config", "--global", "protocol.version", "0")
    first = served.git("rev-parse", "HEAD")
    command = checking_out(host, served, FIRST)
    served.push("Second", app="two")
    host.do(command)
    assert (host.releases / FIRST / "app").read_text() == "one"
    assert git(mirror(host), "cat-file", "-t", first) == "commit"


def empty(path):
    for each in path.rglob("*"):
        if each.is_file():
            each.chmod(0o600)
            each.write_bytes(b"")


def half_cloned(path):
    (path / "HEAD").unlink()
    (path / "config").write_text("[core")


def without_packs(path):
    subprocess.run(["git", "-C", path, "repack", "-adq"], check=True)
    for each in (path / "objects" / "pack").glob("*.pack"):
        each.chmod(0o600)
        each.write_bytes(each.read_bytes()[: each.stat().st_size // 2])


def locked(path):
    for name in ("shallow", "config", "refs/forklift/wanted", "packed-refs"):
        (path / f"{name}.lock").write_text("")


def of_another(path):
    git(path, "config", "remote.origin.url", "file:///nowhere")
    git(path, "update-ref", "-d", "refs/forklift/wanted")


@pytest.mark.parametrize(
    "spoil", [empty, half_cloned, without_packs, locked, of_another]
)
@pytest.mark.parametrize("newer", [True, False])
def test_a_mirror_that_is_of_no_use_heals_itself(host, served, spoil, newer):
    bring(host, served)
    spoil(mirror(host))
    if newer:
        served.push("Second", app="two")
    made = bring(host, served, SECOND)
    assert (made / "app").read_text() == ("two" if newer else "one")


def test_a_mirror_is_kept_while_its_repository_cannot_be_read(host, served, tmp_path):
    bring(host, served)
    served.push("Second", app="two")
    command = checking_out(host, served, SECOND)
    (tmp_path / "it's served.git").rename(tmp_path / "away")
    before = git(mirror(host), "rev-parse", "refs/forklift/wanted")
    abandoning = releases.abandon_on_failure(host.paths, manifest(SECOND))
    ended = host.send(together(abandoning, command))
    assert ended.status == 71
    assert "cannot read file://" in ended.sentence
    assert "set forward_agent" in ended.sentence
    assert git(mirror(host), "rev-parse", "refs/forklift/wanted") == before
    assert [each.name for each in host.releases.iterdir()] == [FIRST]


def test_a_commit_that_was_never_pushed_is_refused(host, served):
    command = checking_out(host, served, FIRST)
    ended = host.send(
        command.__class__(
            command.text.replace(served.git("rev-parse", "HEAD"), "1" * 40),
            command.uses,
        )
    )
    assert ended.status == 71
    assert "is it pushed there?" in ended.sentence


def library_at(tmp_path, name="library", **contents):
    """Make a repository that can be a submodule."""
    made = Repository(tmp_path / name)
    made.path.mkdir()
    made.git("init", "--quiet")
    made.commit("Library", **{"code": "library", **contents})
    return made


def test_submodules_come_at_their_recorded_commits_and_recursively(
    host, served, tmp_path
):
    inner = library_at(tmp_path, "inner", code="inner")
    library = library_at(tmp_path)
    library.git("submodule", "--quiet", "add", f"file://{inner.path}", "in ner")
    library.commit("With the inner one")
    served.git("submodule", "--quiet", "add", f"file://{library.path}", "lib")
    served.push("With a library")
    library.commit("Later", code="later")
    made = bring(host, served)
    assert (made / "lib/code").read_text() == "library"
    assert (made / "lib/in ner/code").read_text() == "inner"
    assert not list(made.rglob(".git"))
    served.git("-C", str(served.path / "lib"), "pull", "--quiet", "origin", "main")
    served.push("The later library")
    assert (bring(host, served, SECOND) / "lib/code").read_text() == "later"
    assert sorted(each.name for each in host.releases.iterdir()) == [FIRST, SECOND]


def test_a_submodule_of_a_relative_url_lies_beside_the_repository(
    host, served, tmp_path
):
    library = library_at(tmp_path)
    (served.path / "part").mkdir()
    served.git("submodule", "--quiet", "add", f"file://{library.path}", "part/lib")
    served.git("config", "-f", ".gitmodules", "submodule.part/lib.url", "../library")
    served.push("With a library")
    assert files(bring(host, served, repo_tree="part")) == ["lib/code"]


def test_a_submodule_that_cannot_be_read_is_no_empty_directory(host, served, tmp_path):
    library = library_at(tmp_path)
    served.git("submodule", "--quiet", "add", f"file://{library.path}", "lib")
    served.push("With a library")
    library.path.rename(tmp_path / "away")
    abandoning = releases.abandon_on_failure(host.paths, manifest(FIRST))
    ended = host.send(together(abandoning, checking_out(host, served, FIRST)))
    assert ended.status == 70
    assert "could not make the tree" in ended.sentence
    assert list(host.releases.iterdir()) == []


@pytest.fixture
def large(served):
    """A file in Git LFS."""
    served.git("lfs", "install", "--local")
    served.git("lfs", "track", "*.bin")
    (served.path / "data.bin").write_bytes(b"large " * 1000)
    served.push("Large")
    return served


def test_files_in_git_lfs_come_as_they_are(host, large):
    made = bring(host, large)
    assert (made / "data.bin").read_bytes() == b"large " * 1000


def test_a_file_that_lfs_does_not_have_is_no_pointer(host, large, tmp_path):
    command = checking_out(host, large, FIRST)
    objects = tmp_path / "it's served.git" / "lfs" / "objects"
    objects.rename(tmp_path / "lost")
    ended = host.send(command)
    assert ended.status == 70
    assert "could not make the tree" in ended.sentence


def test_without_git_lfs_a_host_refuses_its_files(host, large, tmp_path):
    command = checking_out(host, large, FIRST)
    found = subprocess.run(
        ["sh", "-c", "command -v git"], capture_output=True, text=True
    )
    assert found.returncode == 0
    hidden = command.__class__(f"PATH={tmp_path}/bin\n{command.text}", command.uses)
    (tmp_path / "bin").mkdir()
    for each in ("git", "tar", "mkdir", "rm", "mkfifo", "mv", "id", "date"):
        (tmp_path / "bin" / each).symlink_to(f"/usr/bin/{each}")
    ended = host.send(hidden)
    assert ended.status == 71
    assert "git-lfs is missing here; install it" in ended.sentence


def test_a_host_says_whether_it_can_read_the_repository(host, served, tmp_path):
    where = host.with_settings(repository=served.url, deploy_via="git")
    assert host.ask(facts.examine(where.paths, "run", "log")).unreadable == ""
    (tmp_path / "it's served.git").rename(tmp_path / "away")
    found = host.ask(facts.examine(where.paths, "run", "log"))
    assert "cannot read file://" in found.unreadable
