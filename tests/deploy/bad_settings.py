"""The cases of bad_settings.txt, each given to fab in a project of its own; as a program, write their sentences anew."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from invoke.exceptions import Exit

from deploy import tasks
from siege.stem import Stem
from tests.documents import ROOT

PAGE = Path(__file__).parent / "bad_settings.txt"
#: begins a sentence
SAID = "! "
#: seconds that all of them may take
PATIENCE = 120

GOOD = """\
dict(
    name="sample", deploy_to="/srv/sample", start="./serve", user="app", hosts=["web1"]
)
"""
FABFILE = f"""\
from deploy.tasks import Hook, Host, PythonEnvironment, Service, project

good = {GOOD}


def service(name):
    return Service(**{{**good, "name": name}})


"""
NAMESPACE = "namespace = project(%s)\n"
SERVICE = "Service(**{**good, **dict(%s)})"
#: nobody listens there, if a case should come so far
NOWHERE = "Host *\n    HostName 127.0.0.1\n    Port 1\n"


@dataclass(frozen=True)
class Case:
    """What somebody writes, where he does, and what he reads."""

    place: str
    text: str
    said: tuple[str, ...] = ()

    def as_text(self) -> str:
        return "\n".join([self.text, *(f"{SAID}{each}".rstrip() for each in self.said)])

    def files(self) -> Iterator[tuple[str, str]]:
        """Give the files of its project."""
        given = self.text if self.place.startswith("Service") else ""
        if self.place.startswith("The inventory"):
            given = 'inventory="inventory.yaml"'
            yield "inventory.yaml", self.text
        if self.place.startswith("stages"):
            yield "stages/production.yaml", self.text
        own = self.text if self.place.startswith("project") else SERVICE % given
        yield "fabfile.py", FABFILE + NAMESPACE % own
        yield "notes.txt", ""
        yield "broken.yaml", ": no\n  yaml"
        yield "broken.py", "keep_releases = 1 / 0"
        yield "ssh_config", NOWHERE

    def line(self) -> tuple[dict[str, str], list[str]]:
        """Give the environment and the arguments that fab is called with."""
        line = self.text if self.place.startswith("On the") else "fab sample.check"
        words = shlex.split(re.sub(r"\\x(..)", _byte, line))
        named = dict(each.split("=", 1) for each in words[: words.index("fab")])
        return named, ["-S", "ssh_config", *words[words.index("fab") + 1 :]]


def cases() -> Iterator[Case]:
    """Read the page."""
    for section in PAGE.read_text().split("\n== ")[1:]:
        place, _, rest = section.partition("\n\n")
        for each in rest.strip().split("\n\n"):
            lines = each.splitlines()
            said = [line[len(SAID) :] for line in lines if line.startswith("!")]
            text = [line for line in lines if not line.startswith("!")]
            yield Case(place, "\n".join(text), tuple(said))


def heard(told: Iterable[Case]) -> Iterator[tuple[int | None, str]]:
    """Give the exit status of each case and what was said: by a declaration itself, or else by fab."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        stem, begun = Stem(), []
        for number, case in enumerate(told):
            refused = _declared(case)
            begun.append(refused or _fab(stem, case, folder / str(number)))
        # all of them run at the same time
        for tell in begun:
            yield tell()


Told = Callable[[], tuple[Optional[int], str]]


def _declared(case: Case) -> Told | None:
    """Declare the service here, which takes no process; None if that is not refused."""
    if not case.place.startswith("Service"):
        return None
    try:
        _evaluated(f"Service(**{{**{GOOD}, **dict({case.text})}})")
    except Exit as error:
        status, said = error.code, str(error.message)
        return lambda: (status, said)
    return None


def _evaluated(text: str) -> None:
    eval(text, vars(tasks).copy())  # noqa: S307 # our own page


def _fab(stem: Stem, case: Case, folder: Path) -> Told:
    for name, content in case.files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    environment, words = case.line()
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    log = folder / "said"
    pid = stem.start(words, folder, log, {**known, **environment})

    def told() -> tuple[int | None, str]:
        assert stem.wait(pid, PATIENCE)
        said = log.read_text(errors="replace").replace(f"{folder}/", "")
        return stem.status(pid), said.strip()

    return told


def _byte(found: re.Match[str]) -> str:
    """Make the byte that \\xff means, as the environment and arguments have it."""
    return bytes.fromhex(found[1]).decode(errors="surrogateescape")


def _write() -> None:
    before = PAGE.read_text()
    parts, place = [before.split("\n== ")[0].rstrip()], ""
    known = list(cases())
    for case, (_, said) in zip(known, heard(known)):
        if case.place != place:
            place = case.place
            parts.append(f"== {place}")
        parts.append(Case(place, case.text, tuple(said.splitlines())).as_text())
    PAGE.write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    _write()
