"""Files that are links into shared, and which of them may be missing."""

from pathlib import PurePosixPath

import pytest

from deploy.linked import LinkedFile, linked_files


def test_a_question_mark_at_the_end_marks_an_optional_file():
    made = linked_files(["a/b.yml", "what?.yml", "c.yml?", " d.yml? "])
    assert [str(each.path) for each in made] == [
        "a/b.yml",
        "what?.yml",
        "c.yml",
        "d.yml",
    ]
    assert [each.optional for each in made] == [False, False, True, True]
    assert [str(each) for each in made] == ["a/b.yml", "what?.yml", "c.yml?", "d.yml?"]


def test_what_was_made_stays_as_it_is():
    made = linked_files("a.yml,b.yml?")
    assert linked_files(made) == made
    assert made[0] == LinkedFile(PurePosixPath("a.yml"))


@pytest.mark.parametrize("wrong", [5, ["?"], ["/a?"], ["../a?"], [5], [b"a?"]])
def test_what_is_no_path_inside_a_release_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        linked_files(wrong)
