"""What is uploaded is a file or a directory with its modes, and nothing of it leads out."""

import os
import tarfile

import pytest

from deploy import bundle
from deploy.errors import Refused


def members(source, tmp_path):
    packed = bundle.pack(source, tmp_path / "packed")
    with tarfile.open(packed.path) as tar:
        found = {each.name: each for each in tar.getmembers()}
    return packed.kind, found


def test_a_file_is_packed_with_its_mode_and_without_its_owner(tmp_path):
    source = tmp_path / "it's a $(file)\n"
    source.write_text("x")
    source.chmod(0o4640)
    (tmp_path / "link").symlink_to(source)
    for each in (source, tmp_path / "link"):
        kind, found = members(each, tmp_path)
        assert (kind, list(found)) == ("file", ["content"])
        made = found["content"]
        assert (made.mode, made.uname, made.uid, made.size) == (0o640, "", 0, 1)


def test_a_directory_is_packed_whole_with_links_that_stay_inside(tmp_path):
    source = tmp_path / "it's a directory"
    (source / "a").mkdir(parents=True)
    (source / "a" / "x").write_text("x")
    (source / "b").symlink_to("a/../a/x")
    kind, found = members(source, tmp_path)
    names = ["content", "content/a", "content/a/x", "content/b"]
    assert (kind, sorted(found)) == ("directory", names)
    assert found["content/b"].linkname == "a/../a/x"


@pytest.mark.parametrize("to", ["/etc/passwd", "..", "../directory2/x", "a/../../x"])
def test_a_link_that_leads_out_is_refused(tmp_path, to):
    source = tmp_path / "directory"
    source.mkdir()
    (source / "odd").symlink_to(to)
    with pytest.raises(Refused, match="odd cannot be uploaded: it is a link that"):
        bundle.pack(source, tmp_path / "packed")


def test_what_is_not_there_or_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("fifo", "loop", "absent"):
        with pytest.raises(Refused, match="cannot be uploaded"):
            bundle.pack(tmp_path / name, tmp_path / "packed")
