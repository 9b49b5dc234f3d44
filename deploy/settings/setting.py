"""How a setting is declared: its meaning, its check and its default in one place."""

from __future__ import annotations

from dataclasses import MISSING, field
from typing import Any


def setting(meaning: str, check: Any, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"meaning": meaning, "check": check})
