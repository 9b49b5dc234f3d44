"""Text is the same however its bytes come in."""

from __future__ import annotations

import pytest

from deploy.remote.bell import Bell
from deploy.remote.lines import Lines

TEXT = "一行\n\nwith 𠮷\r\nthe last without an end"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_lines_are_the_same_in_pieces_of_any_size(size):
    lines, data = Lines(), TEXT.encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    came = [line for piece in [*pieces, b""] for line in lines.feed(piece)]
    assert came == ["一行\n", "\n", "with 𠮷\r\n", "the last without an end"]


def test_bytes_that_are_no_text_do_not_stop_the_rest():
    lines = Lines()
    assert list(lines.feed(b"a\xff\n\xe6")) == ["a\ufffd\n"]
    assert list(lines.feed(b"")) == ["\ufffd"]


def test_a_buffer_that_runs_empty_does_not_silence_the_bell():
    bell = Bell()
    bell.set()
    bell.clear()
    assert bell.heard(0)
    assert not bell.heard(0)
