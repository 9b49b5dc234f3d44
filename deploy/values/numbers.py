"""Which numbers, and which truths, may be the value of a setting."""

from __future__ import annotations

import re
from typing import Any


def seconds(value: Any) -> float:
    number = _number(value, float)
    if not 0 <= number <= 86_400:
        raise ValueError("must be seconds from 0 to 86400")
    # a shell takes neither 1e-05 nor many digits
    return round(number, 3)


def seconds_from_3(value: Any) -> float:
    """Make seconds in which a word can come, or 0."""
    made = seconds(value)
    if 0 < made < 3:
        raise ValueError("must be 0, or seconds from 3 to 86400")
    return made


def count(value: Any) -> int:
    number = _number(value, int)
    if not 1 <= number <= 10_000:
        raise ValueError("must be a whole number from 1 to 10000")
    return int(number)


def number(value: Any) -> int:
    made = _number(value, int)
    if not 0 <= made <= 10_000:
        raise ValueError("must be a whole number from 0 to 10000")
    return int(made)


def place(value: Any) -> int:
    made = _number(value, int)
    if not -100 <= made <= 100:
        raise ValueError("must be a whole number from -100 to 100")
    return int(made)


def percentage(value: Any) -> int:
    made = _number(value, int)
    if not 0 <= made <= 99:
        raise ValueError("must be a whole number from 0 to 99")
    return int(made)


def batch_size(value: Any) -> str:
    """Make the text of a number of hosts, or of a percentage of them."""
    text = str(value).strip()
    percent = re.fullmatch(r"([1-9]\d{0,2})\s*%", text)
    if text == "" or (percent and int(percent[1]) <= 100):
        return f"{percent[1]}%" if percent else ""
    try:
        return str(count(value))
    except ValueError:
        raise ValueError(
            "must be a number of hosts from 1, or a percentage from 1% to 100%"
        ) from None


def yes_or_no(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False}
    known = {**words, "0": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError("must be true or false")
    return known[value.lower()]


def _number(value: Any, kind: type[int] | type[float]) -> float:
    try:
        if isinstance(value, bool) or float(value) != kind(value):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        whole = "whole " if kind is int else ""
        raise ValueError(f"must be a {whole}number") from None
