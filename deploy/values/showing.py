"""How a sentence spells out what somebody gave."""

from __future__ import annotations

from typing import Any

#: characters of a value that a sentence repeats
SHOWN = 80

_KINDS = {
    type(None): "None",
    bool: "true or false",
    bytes: "bytes",
    dict: "a mapping",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "text",
    tuple: "a list",
}


def shown(value: Any) -> str:
    """Spell out a value for a sentence that any terminal can show."""
    said = repr(value)
    return said if len(said) <= SHOWN else f"{said[:SHOWN]}…"


def kind(value: Any) -> str:
    """Say what something is without showing it: it may be a secret."""
    return _KINDS.get(type(value), type(value).__name__)


def named(name: Any) -> str:
    """Give a name as it is if it can be one, or spell it out."""
    is_name = isinstance(name, str) and name.isprintable() and len(name) <= SHOWN
    return str(name) if is_name and name else shown(name)
