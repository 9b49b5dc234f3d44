"""python -m deploy: begin a fabfile for a project, complete fab in a shell. Everything else is fab's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from deploy import completing, scaffold, shells, survey, values
from deploy.errors import DeployError, Refused
from deploy.output.output import Output
from deploy.scaffold import Answers
from deploy.survey import Seen

T = TypeVar("T")


def main(words: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(words)
    output = Output()
    try:
        asked.act(asked, output)
    except DeployError as error:
        output.fail(str(error))
        return error.exit_status
    except (EOFError, KeyboardInterrupt):
        output.fail("interrupted; nothing was written")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy",
        description="Everything that concerns hosts is done by fab.",
    )
    parser.add_argument(
        "--version", action="version", version=f"forklift {version('forklift')}"
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    init = verbs.add_parser("init", help="begin a fabfile in this folder")
    init.add_argument("hosts", nargs="*", metavar="HOST", help="where it is to run")
    init.add_argument("--user", help="the account that logs in there (app)")
    init.add_argument("--start", help="the program that the service runs")
    init.set_defaults(act=_init)
    script = verbs.add_parser("completion", help="print what completes fab in a shell")
    script.add_argument("shell", choices=sorted(shells.SHELLS), metavar="SHELL")
    script.set_defaults(act=_completion)
    # for the script alone, so it has no help
    complete = verbs.add_parser("complete")
    complete.add_argument("--line", required=True)
    complete.add_argument("--typed", required=True, type=int)
    complete.set_defaults(act=_complete)
    return parser


def _completion(asked: argparse.Namespace, output: Output) -> None:
    output.answer(shells.script(asked.shell).rstrip("\n"))


def _complete(asked: argparse.Namespace, output: Output) -> None:
    for each in completing.candidates(asked.line, asked.typed):
        output.answer(each)


def _init(asked: argparse.Namespace, output: Output) -> None:
    folder = Path.cwd()
    _refuse_overwriting(folder)
    seen = _with_programs(survey.look(folder), asked.start)
    answers = Answers(
        _checked("--user", values.account, asked.user or "app"),
        _checked("HOST", values.hosts, asked.hosts or _ask("Which host?", "a HOST")),
    )
    for name, text in scaffold.files(seen, answers).items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        output.say(f"wrote {name}")
    output.say(scaffold.next_steps(seen, answers))


def _refuse_overwriting(folder: Path) -> None:
    for name in ("fabfile.py", "stages/production.yaml"):
        if (folder / name).exists():
            raise Refused(f"{name} is here already: it is not overwritten")


def _with_programs(seen: Seen, start: str | None) -> Seen:
    """Let *start* be the one program, or what a person says if none can be seen."""
    if seen.programs and not start:
        return seen
    said = start or _ask("Which program does the service run?", "--start PROGRAM")
    program = _checked("--start", values.program, said)
    if seen.requirements:
        program = survey.in_environment(program)
    return replace(seen, programs={seen.name: program})


def _checked(told: str, check: Callable[[Any], T], value: object) -> T:
    try:
        return check(value)
    except ValueError as error:
        raise Refused(f"{told} {error}") from None


def _ask(question: str, option: str) -> str:
    """Ask a person; raises Refused where there is none."""
    if not sys.stdin.isatty():
        raise Refused(f"{question} Give {option}: nobody can be asked here")
    return input(f"{question} ").strip()


if __name__ == "__main__":
    sys.exit(main())
