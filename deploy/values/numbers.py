"""Which numbers, and which truths, may be the value of a setting."""

from __future__ import annotations

import re
from typing import Any

from deploy.values.showing import shown


def seconds(value: Any) -> float:
    made = _number(value, float, (0, 86_400), "seconds")
    # a shell takes neither 1e-05 nor many digits
    return round(made, 3)


def seconds_from_3(value: Any) -> float:
    """Make seconds in which a word can come, or 0."""
    made = seconds(value)
    if 0 < made < 3:
        raise ValueError(f"must be 0, or seconds from 3 to 86400, not {shown(value)}")
    return made


def count(value: Any) -> int:
    return int(_number(value, int, (1, 10_000)))


def number(value: Any) -> int:
    return int(_number(value, int, (0, 10_000)))


def place(value: Any) -> int:
    return int(_number(value, int, (-100, 100)))


def percentage(value: Any) -> int:
    return int(_number(value, int, (0, 99)))


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
            f"must be a number of hosts from 1, or a percentage from 1% to 100%, not {shown(value)}"
        ) from None


def yes_or_no(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False}
    known = {**words, "0": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError(f"must be true or false, not {shown(value)}")
    return known[value.lower()]


def _number(
    value: Any,
    kind: type[int] | type[float],
    limits: tuple[int, int],
    meaning: str = "a whole number",
) -> float:
    low, high = limits
    try:
        made = kind(value)
        if isinstance(value, bool) or float(value) != made or not low <= made <= high:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            f"must be {meaning} from {low} to {high}, not {shown(value)}"
        ) from None
    return made
