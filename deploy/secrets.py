"""Where the operator's side takes the values of secrets from: its environment, or a command such as a password manager's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping

from deploy.errors import Refused
from deploy.prompts import Prompt
from deploy.settings import Service

#: seconds that a command may take; it may ask for a password on the terminal
PATIENCE = 300
#: characters from which on a secret is looked for in other texts
SHORTEST = 6


def given(service: Service, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Give the secrets whose values there are: of the environment first, then of their commands, or the operator.

    Raises Refused for a command that fails, and for a question without an answer. What it prints is the value, but for newlines at its end.
    """
    found = {}
    for name in service.secrets:
        if name in environment:
            found[name] = os.fsencode(environment[name])
        elif name in service.secret_commands:
            found[name] = _asked(name, service.secret_commands[name])
    return found


def told_in(
    text: str, service: Service, environment: Mapping[str, str]
) -> Iterator[str]:
    """Name the secrets whose value, as *environment* knows it, stands in *text*; short ones may by chance."""
    for name in service.secrets:
        if len(environment.get(name, "")) >= SHORTEST and environment[name] in text:
            yield name


def _asked(name: str, of: str | Prompt) -> bytes:
    if not isinstance(of, Prompt):
        return _printed(name, of)
    try:
        return os.fsencode(str(of()))
    except Refused as error:
        raise Refused(
            f"the secret {name} is not known: {error}; set it in your environment"
        ) from None


def _printed(name: str, line: str) -> bytes:
    try:
        done = subprocess.run(
            ["sh", "-c", line], stdout=subprocess.PIPE, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(
            f"the command of the secret {name} did not end within {PATIENCE} s: {line}"
        ) from None
    if done.returncode != 0:
        raise Refused(
            f"the command of the secret {name} ended with status {done.returncode} "
            f"(its words are above): {line}"
        )
    return done.stdout.rstrip(b"\n")
