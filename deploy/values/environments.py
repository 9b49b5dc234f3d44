"""Which environment variables may be the value of a setting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from deploy.prompts import Prompt
from deploy.values.showing import kind, shown
from deploy.values.words import encodable, matching, texts

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def variables(value: Any) -> tuple[str, ...]:
    """Make a tuple of names of environment variables."""
    names = texts(value)
    for each in names:
        # what is no name may be the secret itself: it is not shown
        if not _VARIABLE.fullmatch(each):
            raise ValueError("must be names of environment variables, not values")
    return names


def optional_variable(value: Any) -> str:
    """Make the name of an environment variable, or nothing."""
    if value == "":
        return ""
    # what is no name may be the secret itself: it is not shown
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError("must be the name of an environment variable, not its value")
    return value


def environment(value: Any) -> Mapping[str, str]:
    if value == ():
        value = {}
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a mapping of names to texts, not {kind(value)}")
    for name, content in value.items():
        _check_variable(name, content)
    return MappingProxyType({name: str(content) for name, content in value.items()})


def _check_variable(name: Any, content: Any) -> None:
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        raise ValueError(
            f"must have names of environment variables, and {shown(name)} is none"
        )
    if not isinstance(content, (str, int, float)) or isinstance(content, bool):
        raise ValueError(f"must hold texts or numbers, and {name} is neither")
    if "\0" in str(content):
        raise ValueError(f"must not hold a NUL character, and {name} does")
    try:
        encodable(str(content))
    except ValueError as error:
        raise ValueError(f"has {name}, which {error}") from None


def secret_commands(value: Any) -> Mapping[str, str | Prompt]:
    """Make a mapping of names of environment variables to shell commands, or questions."""
    given = value.items() if isinstance(value, Mapping) else ()
    asked = {name: each for name, each in given if isinstance(each, Prompt)}
    rest = {name: each for name, each in given if name not in asked}
    lines = environment(rest if asked else value)
    empty = [name for name, line in lines.items() if not line.strip()]
    if empty:
        raise ValueError(f"must hold a command for each name, and {empty[0]} has none")
    environment(dict.fromkeys(asked, ""))
    return MappingProxyType({**lines, **asked})


def facts(value: Any) -> Mapping[str, Any]:
    """Make a mapping of names to texts, numbers, truths, or lists of these: what templates can use."""
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a mapping of names to values, not {kind(value)}")
    for name, content in value.items():
        matching(_VARIABLE, name, "a name of letters, digits and _")
        parts = content if isinstance(content, (list, tuple)) else [content]
        if not all(isinstance(each, (str, int, float)) for each in parts):
            raise ValueError(
                f"must hold texts, numbers, truths or lists of these, and {name} is none"
            )
    return MappingProxyType(dict(value))
