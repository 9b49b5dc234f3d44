"""Which hosts, and which addresses of a host, may be the value of a setting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from deploy.values.showing import shown
from deploy.values.words import each, listed, matching, text

_HOST = re.compile(r"[A-Za-z0-9_.@:\[\]-]+")
# what has more colons is an IPv6 address
_HOST_PORT = re.compile(r"(?:[^:]*|.*\]):([0-9]+)")
_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")


def hosts(value: Any) -> tuple[str, ...]:
    names = each(_host, listed(value, "hosts"))
    _refuse_twice(names, "host")
    return names


def addresses(value: Any) -> tuple[str, ...]:
    """Make a tuple of addresses that a program can listen at."""
    found = each(_address, listed(value, "addresses"))
    _refuse_twice(found, "address")
    return found


def _host(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else value
    matching(_HOST, name, "host, user@host or user@host:port")
    if name.startswith("-"):
        raise ValueError(f"must not begin with a dash, as {shown(name)} does")
    port = _HOST_PORT.fullmatch(name)
    if port and not 0 < int(port[1]) < 65536:
        raise ValueError(f"must have a port from 1 to 65535, not {shown(name)}")
    return str(name)


def _address(value: Any) -> str:
    address = value.strip() if isinstance(value, str) else ""
    port = _PORT.fullmatch(address)
    if not (port and 0 < int(port[2]) < 65536) and not _is_socket(address):
        raise ValueError(
            f"must be an address such as 127.0.0.1:8000, [::1]:8000 or /run/sample/http, not {shown(value)}"
        )
    return address


def _refuse_twice(names: Sequence[str], kind: str) -> None:
    again = [name for number, name in enumerate(names) if name in names[:number]]
    if again:
        raise ValueError(
            f"must name each {kind} once, and {again[0]} stands there twice"
        )


def _is_socket(path: str) -> bool:
    # unix(7): sun_path has 108 bytes, and the keeper binds a name with .new at its end
    return path.startswith("/") and bool(text(path)) and len(path.encode()) < 100
