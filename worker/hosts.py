"""Which servers a queue URL names: one, or several that hold the same queue; pure."""

from __future__ import annotations

from urllib.parse import SplitResult

PORT = 3306

#: host and port
Server = tuple[str, int]


def hosts(parts: SplitResult) -> tuple[Server, ...]:
    """Read ``host``, ``host:port`` or ``[::1]:port``, several between commas; raise ValueError at a bad port."""
    named = parts.netloc.rpartition("@")[2]
    if not named:
        return ()
    return tuple(_server(each) for each in named.split(","))


def _server(text: str) -> Server:
    """Leave the reading to the standard library, one server at a time."""
    one = SplitResult("mysql", text, "", "", "")
    port = one.port
    return one.hostname or "", PORT if port is None else port


def shown(server: Server) -> str:
    """Write it as it stands in a URL."""
    host, port = server
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == PORT else f"{bracketed}:{port}"
