"""The documents become a site in which every link leads somewhere, and which loads nothing from elsewhere."""

import re
import subprocess
import sys

import pytest

from tests.documents import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    words = ["--quiet", "--fail-on-warning", "--keep-going", "-c", ROOT / "docs/site"]
    # its memory of other runs is its own: two runs at once are possible
    own = ["-d", folder / "trees", ROOT, folder / "pages"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, *own],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "pages"


def test_every_page_of_the_documents_is_in_it(site):
    written = {each.relative_to(ROOT) for each in (ROOT / "docs").rglob("*.md")}
    assert written
    for page in [*written, *(each.relative_to(ROOT) for each in ROOT.glob("*.md"))]:
        assert (site / page).with_suffix(".html").is_file(), page


def test_it_loads_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|iframe)[^>]*src=\"([^\"]*)\"|<link[^>]*href=\"([^\"]*)\"",
            page.read_text(),
        )
        assert loaded
        assert not [each for pair in loaded for each in pair if "//" in each], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", sheet.read_text()), sheet


def test_a_picture_loads_nothing_from_elsewhere():
    pictures = [*(ROOT / "docs").glob("*.svg")]
    assert pictures
    for each in pictures:
        assert not re.search(r"url\(\s*[\"']?https?:|href=|@import", each.read_text())
