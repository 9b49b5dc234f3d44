"""The project's documents as the tests read them: code blocks, links, headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A block of code; *name* is the file that its first line names in a comment."""

    language: str
    text: str

    @property
    def name(self) -> str:
        first = self.text.splitlines()[0]
        found = re.fullmatch(r"# (\w+\.py)", first)
        return found[1] if found else ""


def pages() -> list[Path]:
    """Every Markdown file of the project."""
    folders = ("docs", "changelog.d", "examples")
    found = (each for name in folders for each in (ROOT / name).rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *found])


def section(path: str, heading: str) -> str:
    """The text below a heading, up to the next of its level."""
    level = heading.split(" ")[0]
    text = (ROOT / path).read_text()
    assert f"\n{heading}\n" in text, f"{path} has no {heading}"
    after = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^{level} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(text: str) -> list[Block]:
    return [Block(*each) for each in _BLOCK.findall(text)]


def files(text: str) -> dict[str, str]:
    """The blocks that are files, by name."""
    return {each.name: each.text for each in blocks(text) if each.name}


def commands(text: str) -> list[str]:
    """The lines of the blocks of shell."""
    shell = [each.text for each in blocks(text) if each.language == "sh"]
    return [line for each in shell for line in each.splitlines() if line.strip()]


def functions() -> set[str]:
    """The names of the functions that scripts can call on a host."""
    libraries = (ROOT / "deploy" / "commands").rglob("*.sh")
    texts = (each.read_text() for each in libraries)
    return {name for each in texts for name in re.findall(r"^(\w+)\(\)", each, re.M)}


def explained(task: str) -> str:
    """What docs/operations.md says that a task runs, with what it says of those that it is like."""
    table = section("docs/operations.md", "## What each task runs on a host")
    rows = [each.split(" | ") for each in table.splitlines() if each.startswith("| `")]
    known = {
        name: text for first, text in rows for name in re.findall(r"`(.+?)`", first)
    }
    like = re.findall(r"(?:as|of) `(\w+)`", known[task])
    return "\n".join(
        [known[task], *(explained(each) for each in like if each in known)]
    )


def links(text: str) -> list[str]:
    return _LINK.findall(_BLOCK.sub("", text))


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.*)$", _BLOCK.sub("", text), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", each.lower()) for each in headings)
    return {each.replace(" ", "-") for each in kept}
