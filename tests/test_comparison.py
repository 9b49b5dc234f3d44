"""docs/comparison.md claims nothing that no test shows, and names what is not there."""

import re

from tests import documents
from tests.documents import ROOT

PAGE = (ROOT / "docs" / "comparison.md").read_text()


def rows():
    lines = [each for each in PAGE.splitlines() if each.startswith("| ")]
    cells = [[cell.strip() for cell in each.split("|")[1:-1]] for each in lines]
    return [each for each in cells if each[1] != "have it"]


def test_every_row_names_a_feature_who_has_it_and_what_forklift_has():
    assert len(rows()) > 80
    for row in rows():
        assert len(row) == 4, row
        assert all(row[:3]), row


def test_no_feature_stands_there_twice():
    names = [each[0] for each in rows()]
    assert sorted(names) == sorted(set(names))


def test_what_no_test_shows_is_said_not_to_be_there():
    for feature, _, ours, shown in rows():
        assert bool(shown) != bool(re.match(r"no\b", ours)), feature


def test_the_tests_that_it_links_to_exist_and_are_tests():
    linked = [link for row in rows() for link in documents.links(row[3])]
    assert linked
    for link in linked:
        found = (ROOT / "docs" / link).resolve()
        assert found.is_relative_to(ROOT / "tests"), link
        assert "\ndef test_" in found.read_text(), link
