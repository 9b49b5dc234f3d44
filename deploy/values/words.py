"""Which texts may be the value of a setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from deploy.values.showing import kind, shown

T = TypeVar("T")


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {kind(value)}")
    if any(ord(character) < 32 and character != "\t" for character in value):
        raise ValueError("must be one line without control characters")
    return encodable(value)


def some_text(value: Any) -> str:
    if not text(value).strip():
        raise ValueError("must not be empty")
    return value.strip()  # type: ignore[no-any-return] # text() let it pass: it is a str


def text_or_function(value: Any) -> Any:
    """Make a text, or leave a function that takes nothing as it is."""
    if not callable(value) and not isinstance(value, str):
        raise ValueError(f"must be text, or a function, not {kind(value)}")
    return value if callable(value) else text(value)


def texts(value: Any) -> tuple[str, ...]:
    """Make a tuple of texts; one text stands for several with commas between."""
    return each(some_text, listed(value, "texts"))


def listed(value: Any, meaning: str) -> Sequence[Any]:
    """Give the parts of a list, without empty ones; one text stands for several with commas between."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError(f"must be a list of {meaning}, not {kind(value)}")
    return [part for part in parts if part != ""]


def each(check: Callable[[Any], T], parts: Sequence[Any]) -> tuple[T, ...]:
    """Make a tuple of parts, of which a sentence says the number of the one that is wrong."""
    made = []
    for number, part in enumerate(parts, 1):
        try:
            made.append(check(part))
        except ValueError as error:
            raise ValueError(f"number {number} {error}") from None
    return tuple(made)


def commands(value: Any) -> tuple[str, ...]:
    return texts((value,) if isinstance(value, str) else value)


def arguments(value: Any) -> tuple[str, ...]:
    """Make a tuple of the words that a program is given."""
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"must be a list of texts, not {kind(value)}")
    return each(text, value)


def one_of(*allowed: str) -> Any:
    def chosen(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {shown(value)}")
        return str(value)

    return chosen


def matching(pattern: re.Pattern[str], value: Any, meaning: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"must be {meaning}, not {shown(value)}")
    return value


def encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must be text that can be written as UTF-8") from None
    return value
