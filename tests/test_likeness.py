"""What a page shows is what was said, but for what is another thing each time."""

import pytest

from tests import likeness

SAID = "19:25:06 [web1] unpacking 20261126192506-fd18fa4\nprobe 12.5 s, prepare 0.3 s\n"


@pytest.mark.parametrize(
    "shown",
    [
        SAID,
        "08:00:00 [web1] unpacking 20260101000000-1a2b3c4\nprobe 0.1 s, prepare 32.0 s\n",
        "…\nprobe 1.0 s, prepare 1.0 s\n",
        "19:25:06 [web1] …\n…\n",
    ],
)
def test_times_and_names_vary_and_dots_stand_for_the_rest(shown):
    assert likeness.differences(shown, SAID) == ""


@pytest.mark.parametrize(
    "shown",
    [
        "",
        SAID.replace("web1", "web2"),
        SAID.replace("unpacking", "packing"),
        SAID.splitlines()[0],
        f"{SAID}more\n",
        "…\nprobe …, publish …\n",
    ],
)
def test_any_other_word_is_told(shown):
    assert "the program" in likeness.differences(shown, SAID)


def test_a_table_is_as_wide_as_what_stands_in_it():
    wide = "┏━━━━━┳━━┓\n┃ pid ┃ a┃\n│ 2345 │ b │   \n"
    narrow = "┏━━━┳━━┓\n┃ pid ┃ a┃\n│ 23 │ b │\n"
    assert likeness.differences(narrow, wide) == ""
    assert likeness.differences(narrow, wide.replace("b", "c")) != ""
