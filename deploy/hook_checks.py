"""Which hooks can be run: what a project declares is made, or refused with a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from deploy import host_checks, values
from deploy.hooks import PHASES, PLACES, TASKS, Hook


def hooks(value: Any) -> tuple[Hook, ...]:
    """Make hooks of Hook values, or of mappings with their fields, as a file of settings has them."""
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"must be a list of Hook(…), not {values.kind(value)}")
    return values.each(_hook, value)


def _hook(value: Any) -> Hook:
    given = value if isinstance(value, Hook) else _from_mapping(value)
    given = replace(given, roles=host_checks.roles(given.roles))
    wrong = next(_wrong(given), None)
    if wrong:
        raise ValueError(f"cannot be run: {wrong}")
    return given


def _from_mapping(value: Any) -> Hook:
    known = [each.name for each in fields(Hook)]
    if not isinstance(value, Mapping) or "run" not in value:
        raise ValueError(
            f"must be a hook, with run, and before or after, not {values.shown(value)}"
        )
    for name in value:
        if name not in known:
            raise ValueError(
                f"is a hook, which has no {values.named(name)}{_near(name, known)}"
            )
    return Hook(**value)


def _wrong(hook: Hook) -> Iterator[str]:
    yield from _wrong_run(hook.run)
    if bool(hook.before) == bool(hook.after):
        yield f"{hook.told} needs before or after, and one of them alone"
    yield from _wrong_time(hook)
    if hook.place not in PLACES:
        yield f"{hook.told} cannot be on {values.shown(hook.on)}: it takes {', '.join(PLACES)}"
    if callable(hook.run) and hook.place != "here":
        yield f"{hook.told} is a function, which runs here alone"
    if hook.as_service and hook.place == "here":
        yield f"{hook.told} runs here, where the service has no account: as_service is for hosts"
    if hook.roles and hook.place != "hosts":
        yield f"{hook.told} cannot have roles and be on {hook.place}: they choose among hosts"
    yield from _wrong_numbers(hook)


def _wrong_run(run: Any) -> Iterator[str]:
    if callable(run):
        return
    try:
        values.some_text(run)
    except ValueError as error:
        yield f"run {error}"


def _wrong_time(hook: Hook) -> Iterator[str]:
    known = (*PHASES, *TASKS)
    asked = hook.before or hook.after
    if asked not in known:
        yield (
            f"there is no phase or task {values.named(asked)}"
            f"{_near(asked, known) or ': there are ' + ', '.join(known)}"
        )
    if hook.when in ("after publish", "before verify"):
        yield (
            f"{hook.when} cannot be had: a host switches, restarts and verifies in one go; "
            "use before publish or after verify"
        )


def _wrong_numbers(hook: Hook) -> Iterator[str]:
    if not isinstance(hook.as_service, bool):
        yield "as_service must be True or False"
    try:
        if values.seconds(hook.deadline) <= 0:
            yield "deadline must be more than 0 seconds"
    except ValueError as error:
        yield f"deadline {error}"


def _near(name: Any, known: Any) -> str:
    near = difflib.get_close_matches(str(name), known, 1)
    return f"; did you mean {near[0]}?" if near else ""
