"""Which hosts, and which addresses of a host, may be the value of a setting."""

from __future__ import annotations

import re
from typing import Any

from deploy.values.showing import shown
from deploy.values.words import matching, text, texts

_HOST = re.compile(r"[A-Za-z0-9_.@:\[\]-]+")
_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")


def hosts(value: Any) -> tuple[str, ...]:
    names = tuple(
        matching(_HOST, each, "host, user@host or user@host:port")
        for each in texts(value)
    )
    if len(set(names)) < len(names):
        raise ValueError("must name each host once")
    if any(name.startswith("-") for name in names):
        raise ValueError("must not hold a host that begins with a dash")
    return names


def addresses(value: Any) -> tuple[str, ...]:
    """Make a tuple of addresses that a program can listen at."""
    found = texts(value)
    if len(set(found)) < len(found):
        raise ValueError("must name each address once")
    for each in found:
        port = _PORT.fullmatch(each)
        if not (port and 0 < int(port[2]) < 65536) and not _is_socket(each):
            raise ValueError(
                f"must be addresses such as 127.0.0.1:8000, [::1]:8000 or /run/sample/http, not {shown(each)}"
            )
    return found


def _is_socket(path: str) -> bool:
    # unix(7): sun_path has 108 bytes, and the keeper binds a name with .new at its end
    return path.startswith("/") and bool(text(path)) and len(path.encode()) < 100
