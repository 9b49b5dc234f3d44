"""One commit's tree as one archive."""

import io
import os
import subprocess
import tarfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

import pytest

from deploy.archive import archived
from deploy.errors import Refused
from deploy.repository import resolve
from deploy.tree import look


def bytes_of(archive):
    return b"".join(archive.blocks())


def packed(repository, branch="HEAD"):
    with archived(look(resolve(".", branch, repository.path))) as archive:
        return bytes_of(archive)


def test_an_archive_is_the_tree(repository):
    with tarfile.open(fileobj=io.BytesIO(packed(repository))) as tree:
        assert tree.getnames() == ["app"]
        assert tree.extractfile("app").read() == b"one"


def test_an_archive_can_be_read_while_it_is_made_by_all_who_need_it(repository):
    repository.commit("Big", app=os.urandom(15_000_000).hex())
    with archived(look(resolve(".", "HEAD", repository.path))) as archive:
        early = next(each for each in archive.blocks() if each)
        assert not archive.made.done()
        with ThreadPoolExecutor(3) as readers:
            first, *rest = readers.map(bytes_of, [archive] * 3)
    assert first.startswith(early)
    assert rest == [first] * 2
    with tarfile.open(fileobj=io.BytesIO(first)) as tree:
        assert tree.getmember("app").size == 30_000_000


def test_an_archive_is_gone_when_it_is_not_needed(repository):
    with archived(look(resolve(".", "HEAD", repository.path))) as archive:
        assert bytes_of(archive)
    assert not archive.path.parent.exists()


def test_an_archive_that_nobody_asks_for_is_not_finished(repository):
    repository.commit("Big", app="x" * 50_000_000)
    with archived(look(resolve(".", "HEAD", repository.path))) as archive:
        pass
    with pytest.raises(Refused):
        archive.made.result()


def test_the_same_commit_makes_the_same_bytes(repository, tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", repository.path, clone], check=True)
    with archived(look(resolve("clone", "HEAD", tmp_path))) as archive:
        assert bytes_of(archive) == packed(repository)
    assert packed(repository) == packed(repository)


def test_the_operator_s_git_settings_do_not_change_the_bytes(repository, tmp_path):
    (repository.path / ".gitattributes").write_text("*.txt text=auto\n")
    repository.commit("Text", **{"a.txt": "one\ntwo\n"})
    plain = packed(repository)
    with (tmp_path / "home" / ".gitconfig").open("a") as config:
        config.write("[core]\nautocrlf = true\neol = crlf\n[tar]\numask = 0077\n")
    assert packed(repository) == plain


def test_what_is_not_committed_is_not_in_it(repository):
    before = packed(repository)
    (repository.path / "app").write_text("two")
    (repository.path / "new").write_text("new")
    assert packed(repository) == before


def test_odd_names_modes_and_links_are_kept(repository):
    for name in ("it's a file", "日本語", "-rf"):
        (repository.path / name).write_text(name)
    (repository.path / "run").write_text("#!/bin/sh\n")
    (repository.path / "run").chmod(0o755)
    (repository.path / "link").symlink_to("it's a file")
    repository.commit("Odd")
    with tarfile.open(fileobj=io.BytesIO(packed(repository))) as tree:
        assert {"it's a file", "日本語", "-rf", "run", "link"} < set(tree.getnames())
        assert tree.getmember("run").mode & 0o111
        assert tree.getmember("link").linkname == "it's a file"


def test_a_tree_of_many_blocks_arrives_whole(repository):
    content = "".join(f"{number}\n" for number in range(200_000))
    repository.commit("Large", large=content)
    with tarfile.open(fileobj=io.BytesIO(packed(repository))) as tree:
        assert tree.extractfile("large").read().decode() == content


def test_submodules_are_refused(repository, tmp_path):
    library = tmp_path / "library"
    subprocess.run(["git", "clone", "--quiet", repository.path, library], check=True)
    repository.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        library,
        "lib",
    )
    repository.commit("Add a library")
    with pytest.raises(Refused, match=r"holds submodules \(lib\), and deploy_via copy"):
        packed(repository)
    assert packed(repository, "HEAD~1")


@pytest.fixture
def large(repository):
    """A file in Git LFS."""
    repository.git("lfs", "install", "--local")
    repository.git("lfs", "track", "*.bin")
    repository.commit("Large", **{"data.bin": "large " * 1000})
    return repository


def test_files_in_git_lfs_are_in_it_as_they_are(large, monkeypatch):
    monkeypatch.setenv("GIT_LFS_SKIP_SMUDGE", "1")
    assert large.git("cat-file", "-p", "HEAD:data.bin").startswith("version https://")
    with tarfile.open(fileobj=io.BytesIO(packed(large))) as tree:
        assert tree.extractfile("data.bin").read() == b"large " * 1000


def test_a_file_that_lfs_does_not_have_is_no_pointer(large):
    (large.path / ".git" / "lfs" / "objects").rename(large.path / ".git" / "lost")
    # git status may clean it again, which puts it back into LFS
    (large.path / "data.bin").unlink()
    with pytest.raises(Refused, match=r"(?s)git could not archive \w+: .*data\.bin"):
        packed(large)


def test_an_archive_that_git_could_not_finish_never_looks_whole(large):
    (large.path / ".git" / "lfs" / "objects").rename(large.path / ".git" / "lost")
    (large.path / "data.bin").unlink()
    with archived(look(resolve(".", "HEAD", large.path))) as archive:
        with pytest.raises(Refused):
            archive.made.result()
        begun = archive.path.read_bytes()
    reading = zlib.decompressobj(wbits=31)
    reading.decompress(begun)
    assert not reading.eof


@pytest.mark.parametrize("where", ["", "deep/er/"])
def test_git_lfs_is_refused_without_its_program(repository, where, monkeypatch):
    (repository.path / where).mkdir(parents=True, exist_ok=True)
    attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n"
    repository.commit("Use LFS", **{f"{where}.gitattributes": attributes})
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(Refused, match=r"files in Git LFS.*; install git-lfs on this"):
        packed(repository)


@pytest.mark.parametrize("path", [".", "it's [a] part/src"])
@pytest.mark.parametrize("name", [".release.json", ".forklift/start"])
def test_names_that_belong_to_forklift_are_refused(repository, path, name):
    file = repository.path / path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    repository.commit("Ours")
    revision = resolve(".", "HEAD", repository.path)
    with pytest.raises(Refused, match=rf"{name}, a name that belongs"):
        look(revision, PurePosixPath(path))


def test_names_that_only_look_like_forklift_s_are_anybody_s(repository):
    names = [".release.json.d", "part/.release.json", "part/src/a/.forklift"]
    for each in names:
        (repository.path / each).parent.mkdir(parents=True, exist_ok=True)
        (repository.path / each).write_text("{}")
    repository.commit("Theirs")
    revision = resolve(".", "HEAD", repository.path)
    assert set(look(revision).names) == {"app", *names}
    assert look(revision, PurePosixPath("part/src")).names == ("part/src/a/.forklift",)


def test_a_directory_of_the_repository_alone_can_be_archived(repository):
    for name in ("it's [a] part", "another"):
        (repository.path / name / "src").mkdir(parents=True)
        (repository.path / name / "src" / "app").write_text(name)
    repository.commit("Parts")
    revision = resolve(".", "HEAD", repository.path)
    with archived(look(revision, PurePosixPath("it's [a] part/src"))) as archive:
        content = bytes_of(archive)
    with tarfile.open(fileobj=io.BytesIO(content)) as tree:
        files = [each.name for each in tree.getmembers() if each.isfile()]
    assert files == ["it's [a] part/src/app"]


@pytest.mark.parametrize("tree", ["gone", "app", ":(top)", "*"])
def test_what_is_no_directory_of_the_commit_is_refused(repository, tree):
    revision = resolve(".", "HEAD", repository.path)
    with pytest.raises(Refused, match="set repo_tree to one that it has"):
        look(revision, PurePosixPath(tree))


@pytest.mark.parametrize("only", [(), ("it's [a]",), ("app", "it's [a]")])
def test_some_names_of_a_tree_alone_can_be_archived(repository, only):
    repository.commit("More", **{"it's [a]": "x", "it's a": "x"})
    tree = look(resolve(".", "HEAD", repository.path))
    with archived(tree, only) as archive:
        made = bytes_of(archive)
    with tarfile.open(fileobj=io.BytesIO(made)) as found:
        assert sorted(found.getnames()) == sorted(only)
