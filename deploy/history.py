"""What lies between two commits of a repository."""

from __future__ import annotations

from pathlib import Path

from deploy.repository import answer, ask


def knows(where: Path, commit: str) -> bool:
    return bool(answer(where, "cat-file", "-t", commit))


def commits(where: Path, old: str, new: str) -> list[str]:
    """List the commits that *new* has and *old* has not, the newest first, one line each."""
    asked = ["log", "--no-color", "--format=%h %ad %an: %s", "--date=short"]
    return answer(where, *asked, f"{old}..{new}").splitlines()


def diff(where: Path, old: str, new: str) -> str:
    words = ["diff", "--no-color", "--no-ext-diff", old, new, "--"]
    return ask(where, *words).stdout.decode(errors="replace")
