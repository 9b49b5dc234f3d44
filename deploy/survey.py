"""What can be seen of a project without asking: its name, repository, programs, requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy import repository, values


@dataclass(frozen=True)
class Seen:
    """A project as its folder shows it; empty where it shows nothing."""

    name: str
    repository: str
    branch: str
    #: service to the program that it runs
    programs: Mapping[str, str]
    #: the requirements file, if the project is Python's
    requirements: str


def look(folder: Path) -> Seen:
    """Look at *folder*; changes nothing. Raises Refused where git is missing."""
    requirements = _requirements(folder)
    own = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.name).strip("-_")[:64] or "app"
    found = {
        each: in_environment(program) if requirements else program
        for each, program in (_procfile(folder) or _django(folder, own))
    }
    return Seen(own, _origin(folder), _branch(folder), found, requirements)


def in_environment(program: str) -> str:
    """Make the program of the release's virtual environment of one that stands without a path."""
    first, space, rest = program.partition(" ")
    plain = "/" not in first and first not in ("sh", "bash", "env")
    first = {"python3": "python"}.get(first, first)
    return f"venv/bin/{first}{space}{rest}" if plain else program


def _requirements(folder: Path) -> str:
    return "requirements.txt" if (folder / "requirements.txt").is_file() else ""


def _origin(folder: Path) -> str:
    """Find where others fetch the project from; a URL with a password is not to be written down."""
    url = repository.answer(folder, "remote", "get-url", "origin")
    try:
        return values.repository(url)
    except ValueError:
        return ""


def _branch(folder: Path) -> str:
    return repository.answer(folder, "symbolic-ref", "--short", "--quiet", "HEAD")


def _procfile(folder: Path) -> list[tuple[str, str]]:
    """Read what a Procfile starts, apart from what no service can be."""
    try:
        text = (folder / "Procfile").read_text()
    except (OSError, UnicodeDecodeError):
        return []
    return list(_services(text))


def _services(procfile: str) -> Iterator[tuple[str, str]]:
    for line in procfile.splitlines():
        name, colon, program = line.partition(":")
        # release: is Heroku's word for what runs before a release goes live
        if not colon or name == "release":
            continue
        try:
            yield values.service_name(name.strip()), values.program(program)
        except ValueError:
            continue


def _django(folder: Path, name: str) -> list[tuple[str, str]]:
    if not (folder / "manage.py").is_file():
        return []
    modules = sorted(each.parent.name for each in folder.glob("*/wsgi.py"))
    return [(name, f"gunicorn {modules[0]}.wsgi")] if modules else []
