"""What is uploaded comes whole into shared, or not at all, and never out of it; a file comes here as it is."""

import subprocess
from pathlib import PurePosixPath

import pytest

from deploy import bundle
from deploy.commands import carry
from deploy.shell import text_of

ODD = "it's a $(dir)/-n 日本 `x`"


@pytest.fixture
def put(host, tmp_path):
    """Upload *source* to a place in shared."""

    def put(source, to, cut=None):
        packed = bundle.pack(source, tmp_path / "packed")
        command = carry.upload(host.paths, packed.kind, PurePosixPath(to))
        return host.send(command, packed.path.read_bytes()[:cut])

    return put


def made(tmp_path, name="source", text="new", mode=0o640):
    file = tmp_path / name
    file.write_text(text)
    file.chmod(mode)
    return file


def left(host):
    return [each for each in host.shared.rglob("*") if "upload" in each.name]


def test_commands_quote_what_they_are_told(host):
    text = carry.upload(host.paths, "file", PurePosixPath(ODD)).text
    shared = f"'{host.shared}'".replace("it's", """it'"'"'s""")
    assert text.splitlines()[0].startswith(f"enter_below {shared} 'it'")
    assert text.splitlines()[1] == "put_upload file '-n 日本 `x`'"
    asked = carry.download(host.paths, PurePosixPath("/etc/a b"))
    assert asked.text == "send_file '' '/etc/a b'"


@pytest.mark.parametrize("to", ["plain", ODD])
def test_a_file_comes_with_its_mode_and_replaces_one_in_a_rename(
    host, put, tmp_path, to
):
    for text in ("one", "two"):
        assert put(made(tmp_path, text=text), to).status == 0
        assert (host.shared / to).read_text() == text
    assert (host.shared / to).stat().st_mode & 0o7777 == 0o640
    with (host.shared / to).open() as before:
        put(made(tmp_path, text="three"), to)
        assert before.read() == "two"
    assert left(host) == []


def test_a_directory_replaces_the_whole_of_one(host, put, tmp_path):
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    made(source / "sub", "x", mode=0o600)
    old = host.shared / ODD
    old.mkdir(parents=True)
    (old / "gone").touch()
    assert put(source, ODD).status == 0
    found = [each.relative_to(old).as_posix() for each in sorted(old.rglob("*"))]
    assert found == ["sub", "sub/x"]
    assert (old / "sub" / "x").stat().st_mode & 0o777 == 0o600
    assert left(host) == []


def test_nothing_goes_through_a_link(host, put, tmp_path):
    out = tmp_path / "outside"
    out.mkdir()
    (host.shared / "way").symlink_to(out)
    (host.shared / "file").symlink_to(out / "file")
    (host.shared / "gone").symlink_to("nowhere")
    for to in ("way/file", "way/new/file", "file", "gone", "gone/x"):
        ended = put(made(tmp_path), to)
        assert (ended.status, "is a link" in ended.sentence) in (
            (71, True),
            (70, False),
        )
    assert list(out.iterdir()) == []
    assert (host.shared / "file").is_symlink()


def test_a_file_does_not_replace_a_directory_nor_a_directory_a_file(
    host, put, tmp_path
):
    (host.shared / "directory").mkdir()
    (host.shared / "file").write_text("old")
    (tmp_path / "source").mkdir()
    ended = put(tmp_path / "source", "file")
    assert (ended.status, "is there and no directory" in ended.sentence) == (71, True)
    ended = put(made(tmp_path, "other"), "directory")
    assert (ended.status, "is there and no file" in ended.sentence) == (71, True)
    assert (host.shared / "file").read_text() == "old"


@pytest.mark.parametrize("cut", [0, 20, -1])
def test_an_upload_that_is_cut_off_changes_nothing(host, put, tmp_path, cut):
    (host.shared / "file").write_text("old")
    ended = put(made(tmp_path), "file", cut)
    assert (ended.status, "did not arrive whole" in ended.sentence) == (70, True)
    assert (host.shared / "file").read_text() == "old"
    assert left(host) == []


def fetched(host, name):
    asked = carry.download(host.paths, PurePosixPath(name))
    return subprocess.run(["sh"], input=text_of(asked).encode(), capture_output=True)


def test_a_file_is_given_byte_by_byte(host, tmp_path):
    whole = bytes(range(256)) * 3
    (host.shared / "it's $(id)").write_bytes(whole)
    (tmp_path / "elsewhere").write_bytes(whole)
    (host.shared / "inside").symlink_to("it's $(id)")
    for name in ("it's $(id)", "inside", tmp_path / "elsewhere"):
        assert fetched(host, name).stdout == whole


def test_what_leads_out_of_shared_is_not_given_by_a_name_inside(host, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (host.shared / "odd").symlink_to(tmp_path / "secret")
    (host.shared / "up").symlink_to("..")
    (host.deploy_to / "secret").write_text("secret")
    for name in ("odd", "up/secret", "absent", "."):
        done = fetched(host, name)
        assert (done.returncode, done.stdout) == (71, b"")
