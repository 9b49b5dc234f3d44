"""How a setting is declared: its meaning, its check and its default in one place."""

from __future__ import annotations

from dataclasses import MISSING, Field, field
from typing import Any


def setting(
    meaning: str, check: Any, default: Any = MISSING, *, may_wait: bool = True
) -> Any:
    """Declare a setting; one that *may_wait* can be given a function that makes its value when it is needed."""
    known = {"meaning": meaning, "check": check, "may_wait": may_wait}
    return field(default=default, metadata=known)


def waits(each: Field[Any], value: Any) -> bool:
    """Say whether *value* is what makes the value of this setting."""
    return each.metadata["may_wait"] and callable(value)
