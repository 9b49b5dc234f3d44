"""What `python -m deploy init` writes into a project. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deploy.survey import Seen


@dataclass(frozen=True)
class Answers:
    """What had to be asked."""

    user: str
    hosts: tuple[str, ...]


def files(seen: Seen, answers: Answers) -> dict[str, str]:
    """Make the files, by their paths in the project."""
    return {
        "fabfile.py": "\n".join(_fabfile(seen, answers)) + "\n",
        "stages/production.yaml": "\n".join(_stage(seen, answers.hosts)) + "\n",
    }


def next_steps(seen: Seen, answers: Answers) -> str:
    """Say what to do with them."""
    first = next(iter(seen.programs))
    every = [f"  fab {each}.setup" for each in seen.programs]
    deploy = "fab deploy" if len(seen.programs) > 1 else f"fab {first}.deploy"
    hosts = " and ".join(answers.hosts)
    return "\n".join(
        [
            f"Each of {hosts} needs: ssh for {answers.user}, who may become root by sudo without a password",
            f"(for setup alone), and: apt-get install daemontools-run{_packages(seen)}",
            "Read fabfile.py and stages/production.yaml, commit them"
            + (" and push, then" if seen.repository else ", then"),
            *every,
            f"  {deploy}",
            f"  fab {first}.status",
        ]
    )


def _packages(seen: Seen) -> str:
    return " python3-venv" if seen.requirements else ""


def _fabfile(seen: Seen, answers: Answers) -> Iterator[str]:
    names = "PythonEnvironment, Service" if seen.requirements else "Service"
    yield '"""The services of this project, and the tasks that fab offers for them: fab --list."""'
    yield ""
    yield f"from deploy.tasks import {names}, project"
    yield ""
    yield "common = {"
    yield from _indented(_common(seen, answers))
    yield "}"
    for name, program in seen.programs.items():
        yield ""
        yield f"{_variable(name)} = Service("
        yield from _indented(_service(name, program))
        yield ")"
    yield ""
    yield f"namespace = project({', '.join(map(_variable, seen.programs))})"


def _common(seen: Seen, answers: Answers) -> Iterator[str]:
    yield f'"user": {_text(answers.user)},  # logs in, and owns the releases'
    if seen.repository:
        yield f'"repository": {_text(seen.repository)},'
        yield f'"branch": {_text(seen.branch or "HEAD")},  # what is pushed there is deployed'
    else:
        yield "# what is committed here is deployed; with repository, what is pushed there"
    if seen.requirements:
        yield f'"build": [PythonEnvironment({_text(seen.requirements)})],'
    yield '# "linked_dirs": ["uploads"],  # kept from release to release, in shared/'
    yield '# "secrets": ["DATABASE_URL"],  # setup takes them from your environment'


def _service(name: str, program: str) -> Iterator[str]:
    yield f"name={_text(name)},"
    yield f"deploy_to={_text(f'/home/app/www/{name}')},"
    yield f"start={_text(program)},  # stays in the foreground"
    yield '# health_check="curl --fail --silent http://localhost:8000/",'
    yield "**common,"


def _stage(seen: Seen, hosts: Sequence[str]) -> Iterator[str]:
    first = next(iter(seen.programs))
    yield f"# What is so in production. With a second stage beside it: fab production {first}.deploy"
    yield "hosts:"
    yield from (f"  - {_text(each)}" for each in hosts)
    yield "# settings here are for every service; for one of them:"
    yield f"# {first}:"
    yield "#   keep_releases: 10"


def _variable(name: str) -> str:
    made = name.replace("-", "_")
    return made if made.isidentifier() and made not in _TAKEN else f"service_{made}"


_TAKEN = ("common", "project", "namespace", "class", "def", "import", "async", "with")


def _text(value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {each}" for each in lines)
