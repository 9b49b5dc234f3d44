"""Which texts may be the value of a setting."""

from __future__ import annotations

import re
from typing import Any

from deploy.values.showing import shown


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
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
        raise ValueError("must be text, or a function")
    return value if callable(value) else text(value)


def texts(value: Any) -> tuple[str, ...]:
    """Make a tuple of texts; one text stands for several with commas between."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError("must be a list of texts")
    return tuple(some_text(part) for part in parts if part != "")


def commands(value: Any) -> tuple[str, ...]:
    return texts((value,) if isinstance(value, str) else value)


def arguments(value: Any) -> tuple[str, ...]:
    """Make a tuple of the words that a program is given."""
    if not isinstance(value, (list, tuple)):
        raise ValueError("must be a list of texts")
    return tuple(text(each) for each in value)


def one_of(*allowed: str) -> Any:
    def chosen(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
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
