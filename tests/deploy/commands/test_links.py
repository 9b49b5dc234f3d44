"""A release made of links to the one before: never to a file that somebody wrote to."""

import io
import os
import tarfile

import pytest

from deploy.commands import source
from deploy.shell import together

OLD, NEW, THIRD = (f"2026112309450{n}-1a2b3c4" for n in (1, 2, 3))
FILES = {
    "app": b"one",
    "it's/a file": b"x" * 5000,
    "日本語": b"y",
    "-rf": b"z",
    "-n/two\nlines": b"",
}


def archive(files, mtime=1_700_000_000):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), mtime, 0o775
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpack(host, name, files, make=source.unpack):
    return make(host.paths, name), archive(files)


def changes(host, before, files, touched):
    """What sends a release that differs from the one before in the touched names."""
    names = b"".join(os.fsencode(f"./{each}\0") for each in touched)
    unpacking, content = unpack(host, NEW, files, source.unpack_changes)
    linking = source.link_unchanged(host.paths, NEW, before, len(names))
    noting = source.note_changes(host.paths, NEW)
    return [linking, unpacking, noting], names + content


@pytest.fixture
def before(host):
    """A release with links, live and noted."""
    unpacking, content = unpack(host, OLD, FILES)
    made = host.releases / OLD
    host.do(unpacking, payload=content)
    (made / "a link").symlink_to("app")
    host.do(source.note_tree(host.paths, OLD))
    manifest = host.release(OLD, exist_ok=True)
    (made / "built").write_text("made by a build")
    return manifest


def inode(host, release, name):
    return (host.releases / release / name).lstat().st_ino


def test_unchanged_files_are_the_same_and_changed_ones_are_new(host, before):
    sent, payload = changes(host, before, {"app": b"two"}, ["app", "-rf"])
    host.do(*sent, payload=payload)
    made = host.releases / NEW
    assert (made / "app").read_bytes() == b"two"
    assert (host.releases / OLD / "app").read_bytes() == b"one"
    for name in ("it's/a file", "日本語", "a link", "-n/two\nlines"):
        assert inode(host, NEW, name) == inode(host, OLD, name)
    assert (made / "a link").is_symlink()
    assert not (made / "-rf").exists()
    assert not (made / "built").exists()
    assert not (made / ".release.json").exists()
    assert [each.name for each in sorted(host.releases.iterdir())] == [OLD, NEW]


def test_what_is_shared_cannot_be_written_to(host, before):
    sent, payload = changes(host, before, {"app": b"two"}, ["app"])
    host.do(*sent, payload=payload)
    modes = {
        each.stat().st_mode & 0o777
        for release in (OLD, NEW)
        for name in ("app", "it's/a file")
        for each in [host.releases / release / name]
    }
    assert modes == {0o555}


def write(path):
    path.chmod(0o755)
    path.write_bytes(b"in place")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    path.chmod(0o555)


def touch(path):
    os.utime(path)


def make_writable(path):
    path.chmod(0o755)


def replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.chmod(0o555)
    os.utime(other, (1_700_000_000, 1_700_000_000))
    other.replace(path)


def remove(path):
    path.unlink()


def make_a_directory(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil", [write, touch, make_writable, replace, remove, make_a_directory]
)
@pytest.mark.parametrize("name", ["it's/a file", "-n/two\nlines"])
def test_a_file_that_is_not_as_it_was_made_is_never_linked(host, before, spoil, name):
    spoil(host.releases / OLD / name)
    sent, payload = changes(host, before, {"app": b"two"}, ["app"])
    ended = host.send(together(*sent), payload)
    assert ended.status == 74
    assert f"{OLD} is not as it was made" in ended.sentence


def test_a_changed_file_that_is_sent_anyway_is_no_hindrance(host, before):
    write(host.releases / OLD / "app")
    sent, payload = changes(host, before, {"app": b"two"}, ["app"])
    host.do(*sent, payload=payload)
    assert (host.releases / NEW / "app").read_bytes() == b"two"
    assert (host.releases / OLD / "app").read_bytes() == b"in place"


def test_a_release_of_another_revision_or_without_notes_is_not_linked_to(host, before):
    sent, payload = changes(host, before, {"app": b"two"}, ["app"])
    (host.releases / OLD / ".forklift/tree").unlink()
    assert host.send(together(*sent), payload).status == 74


def test_a_file_may_become_a_directory_and_the_other_way_round(host, before):
    files = {"app/now": b"a", "it's": b"b"}
    sent, payload = changes(
        host, before, files, ["app", "app/now", "it's", "it's/a file"]
    )
    host.do(*sent, payload=payload)
    assert (host.releases / NEW / "app/now").read_bytes() == b"a"
    assert (host.releases / NEW / "it's").read_bytes() == b"b"


def again(host):
    """What makes a third release of the second, with all of its files."""
    manifest = host.release(NEW, exist_ok=True)
    linking = source.link_unchanged(host.paths, THIRD, manifest, 0)
    return linking, source.note_changes(host.paths, THIRD)


def test_a_third_release_links_to_what_the_second_only_linked(host, before):
    sent, payload = changes(host, before, {"app": b"two"}, ["app"])
    host.do(*sent, payload=payload)
    host.do(*again(host))
    assert inode(host, THIRD, "日本語") == inode(host, OLD, "日本語")
    assert inode(host, THIRD, "app") == inode(host, NEW, "app")


def test_what_is_written_while_a_release_is_made_is_found_by_the_next(host, before):
    (linking, *rest), payload = changes(host, before, {"app": b"two"}, ["app"])
    named = len(b"./app\0")
    host.do(linking, payload=payload[:named])
    write(host.releases / OLD / "日本語")
    host.do(*rest, payload=payload[named:])
    linking, _ = again(host)
    assert host.send(linking).status == 74


def test_each_file_of_a_large_tree_is_linked_and_noted_once(host):
    files = {f"{n % 7}/{n % 31}/{n}-{'long' * 15}": b"x" for n in range(3000)}
    unpacking, content = unpack(host, OLD, files)
    host.do(unpacking, payload=content)
    host.do(source.note_tree(host.paths, OLD))
    host.release(OLD, exist_ok=True)
    noted = (host.releases / OLD / ".forklift/tree").read_bytes()
    before = host.release(OLD, exist_ok=True)
    sent, payload = changes(host, before, {}, [])
    host.do(*sent, payload=payload)
    assert (host.releases / NEW / ".forklift/tree").read_bytes() == noted
    assert noted.count(b"\0") == len(files)
    assert all(inode(host, NEW, each) == inode(host, OLD, each) for each in files)


def test_a_release_of_which_all_is_sent_has_no_links(host, before):
    every = {**FILES, "a link": b"is a file"}
    sent, payload = changes(host, before, every, list(every))
    assert host.do(*sent, payload=payload).err == ""
    assert not any(inode(host, NEW, each) == inode(host, OLD, each) for each in every)
    linking, noting = again(host)
    host.do(linking, noting)
    assert all(inode(host, THIRD, each) == inode(host, NEW, each) for each in every)


@pytest.mark.parametrize("mode", [0o700, 0o555, 0o777])
def test_directories_are_those_of_a_new_release(host, before, mode):
    (host.releases / OLD / "it's").chmod(mode)
    sent, payload = changes(host, before, {"it's/new": b"n"}, ["it's/new"])
    host.do(*sent, payload=payload)
    assert (host.releases / NEW / "it's").stat().st_mode & 0o777 == 0o755
