"""Make the scripts of a service from templates/; a project's own templates/ wins over ours."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import jinja2

from deploy import secrets
from deploy.errors import Refused, SettingsError
from deploy.paths import Paths
from deploy.shell import quote

_OF_TEMPLATES = (jinja2.TemplateError, OSError)
#: what an expression in a template may raise
_OF_EXPRESSIONS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class Templates:
    def __init__(
        self, project: Path, environment: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Look in *project*/templates first, then in the templates that come with forklift.

        What is made must not hold a secret, as far as the operator's *environment* knows its value.
        """
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([project / "templates", *ours()]),
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # noqa: S701 # shell scripts, not HTML: each value goes through the filter sh
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters["sh"] = quote
        self._secrets_of = environment
        self._rendered: dict[tuple[str, str, str], str] = {}
        self._checked: set[tuple[str, str]] = set()

    def run(self, paths: Paths) -> str:
        """Root's part of starting the service."""
        return self._script("run.j2", paths)

    def log_run(self, paths: Paths) -> str:
        return self._script("log.run.j2", paths)

    def start(self, paths: Paths) -> str:
        """The release's part of starting the service."""
        return self._script("start.j2", paths)

    def maintenance(self, paths: Paths, reason: str, until: str) -> str:
        """The page that is shown in place of the service."""
        known = {"reason": reason, "until": until}
        return self._text("maintenance.html.j2", paths, known)

    def files(self, paths: Paths) -> list[tuple[str, str, int]]:
        """The files that the service wants rendered for a host: path, text and mode, in order."""
        return [
            (path, self._text(name, paths, {}), self._mode(name))
            for path, name in sorted(paths.service.rendered_files.items())
        ]

    def keeper(self) -> str:
        """The program that keeps the sockets of `listen` open; it is the same for all."""
        found = (each / "keeper.py" for each in ours())
        return next(each for each in found if each.exists()).read_text()

    def _script(self, name: str, paths: Paths) -> str:
        key = name, paths.service.name, paths.host.name
        if key not in self._rendered:
            self._rendered[key] = self._render(name, paths)
        return self._rendered[key]

    def _render(self, name: str, paths: Paths) -> str:
        text = self._text(name, paths, {})
        # most often the same on all hosts, and a shell is asked
        if (name, text) not in self._checked:
            _check(paths.service.name, name, text)
            self._checked.add((name, text))
        return text

    def _text(self, name: str, paths: Paths, known: Mapping[str, str]) -> str:
        service, host = paths.service, paths.host
        given = {"service": service, "paths": paths, "host": host, **known}
        given["supervisor"] = service.supervised_by
        try:
            template = self._environment.get_template(name)
            text = template.render(facts=host.facts or {}, **given)
        except (*_OF_TEMPLATES, *_OF_EXPRESSIONS) as error:
            where = f" for {host.name}" if host.name else ""
            raise SettingsError(
                f"{service.name}: the template {name} cannot be rendered{where}: {error}"
            ) from None
        for each in secrets.told_in(text, service, self._secrets_of):
            raise SettingsError(
                f"{service.name}: the template {name} makes a text that holds the secret {each}, and a release "
                "keeps none: the program finds it in its environment"
            )
        return text

    def _mode(self, name: str) -> int:
        """Give a rendered file the right to be executed that its template has."""
        source = self._environment.get_template(name).filename
        return 0o755 if source and os.access(source, os.X_OK) else 0o644


def not_copied(project: Path) -> tuple[list[str], list[str]]:
    """Name our templates that *project*/templates does not have, and those that are there already."""
    known = sorted({file.name for place in ours() for file in place.glob("*.j2")})
    there = [each for each in known if os.path.lexists(project / "templates" / each)]
    return [each for each in known if each not in there], there


def copy_out(project: Path, names: Iterable[str]) -> None:
    """Copy our templates of these names to *project*/templates."""
    folder = project / "templates"
    try:
        folder.mkdir(exist_ok=True)
        for name in names:
            own = next(place / name for place in ours() if (place / name).is_file())
            (folder / name).write_text(own.read_text())
    except OSError as error:
        raise Refused(f"{folder} cannot be filled: {error}") from None


def ours() -> Iterable[Path]:
    """Name the places of our own templates: in an installed package, then in a checkout."""
    package = Path(__file__).parent
    return package / "templates", package.parent / "templates"


def _check(service: str, name: str, text: str) -> None:
    """Refuse a script that no shell can read, or that leaves a shell between supervise and the program."""
    done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise SettingsError(
            f"{service}: what the template {name} makes is no shell script: {done.stderr.strip()}"
        )
    if not text.startswith("#!"):
        raise SettingsError(
            f"{service}: what the template {name} makes must begin with #!: "
            "the system could not run it otherwise"
        )
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or not lines[-1].lstrip().startswith("exec "):
        raise SettingsError(
            f"{service}: the last command of the template {name} must begin with exec: "
            "signals would reach the shell and not the program"
        )
