"""Whether a program said what a page shows: word for word, but for times, names of releases, process ids and the like."""

from __future__ import annotations

import difflib
import re

#: what is another thing each time, and what stands for it in a comparison; in this order
_VARYING = (
    # said only if it takes a while
    (r"^.*\] waiting for process .*\n", ""),
    (r"\d{14}-[0-9a-f]{7}", "RELEASE"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?", "TIME"),
    (r"\b\d\d:\d\d:\d\d\b", "TIME"),
    (r"\d{4}-\d\d-\d\d|\d\d/\w{3}/\d{4}", "DAY"),
    (r"│ \S+@\S+ +│", "│ OPERATOR │"),
    (r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b", "ID"),
    (r"/tmp/[^\s/]+", "/tmp/FOLDER"),
    (r"\b(\d+\.\d+|\d{2,})\b", "NUMBER"),
    (r"\b(\d+|NUMBER) ?(s|ms|min)\b", "SECONDS"),
    (r"\b\d+s\b", "SECONDS"),
    # a table is as wide as what stands in it
    (r"([━─ ])\1+", "\\1"),
    (r"[ \t]+$", ""),
)


def differences(shown: str, said: str) -> str:
    """Compare, empty if they are alike: a line of *shown* that is ``…`` stands for any lines, within a line for any text."""
    wanted, found = _settled(shown), _settled(said)
    if re.fullmatch(_pattern(wanted), found):
        return ""
    names = "the page", "the program"
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), *names, n=99)
    return "\n".join([*lines, "", "in whole:", said])


def _settled(text: str) -> str:
    for pattern, name in _VARYING:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text.strip("\n") + "\n"


def _pattern(wanted: str) -> str:
    lines = (
        r"(?:.*\n)*?" if line == "…" else f"{_within(line)}\n"
        for line in wanted.splitlines()
    )
    return "".join(lines)


def _within(line: str) -> str:
    return "[^\n]*".join(re.escape(part) for part in line.split("…"))
