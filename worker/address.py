"""What a queue URL says. The password is in here, and shows in no text that comes out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from worker import embedded
from worker.errors import BadAddress
from worker.hosts import PORT, Server, hosts, shown

#: what may follow the question mark, and the values that it may have ("" is any)
OPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "mysql": {
        "unix_socket": (),
        "ssl_ca": (),
        "skip_locked": ("auto", "no"),
    },
    "sqlite": {"synchronous": ("full", "normal")},
}
FORMS = "mysql://user:password@host/database (or host,host,host for a cluster), sqlite:///relative/path or sqlite:////absolute/path"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SOCKETS = (
    "/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",  # noqa: S108 # MySQL's own default, as its client library looks for it
)


@dataclass(frozen=True)
class Address:
    """Where a queue is, and how to get in."""

    kind: str
    database: str
    host: str = "localhost"
    port: int = PORT
    user: str = ""
    password: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()
    #: servers to ask where the first does not serve
    further: tuple[Server, ...] = ()

    def option(self, name: str, default: str = "") -> str:
        return dict(self.options).get(name, default)

    @property
    def unix_socket(self) -> str:
        """The server's socket: named, or the usual one where the host is localhost, as with mysql(1)."""
        named = self.option("unix_socket")
        if named or self.host != "localhost" or self.port != PORT:
            return named
        return next((path for path in SOCKETS if Path(path).exists()), "")

    @property
    def each(self) -> list[Address]:
        """The address of each server that it names."""
        every = ((self.host, self.port), *self.further)
        return [replace(self, host=h, port=p, further=()) for h, p in every]

    @property
    def is_plain(self) -> bool:
        """Whether passwords and jobs would cross a network unencrypted."""
        local = all(one.host in LOOPBACK or one.unix_socket for one in self.each)
        return self.kind == "mysql" and not local and not self.option("ssl_ca")

    def __str__(self) -> str:
        """The URL without its password."""
        if self.kind == "sqlite":
            return f"sqlite:///{self.database}"
        where = ",".join(map(shown, ((self.host, self.port), *self.further)))
        return f"mysql://{quote(self.user)}@{where}/{quote(self.database)}"


def parse(url: str) -> Address:
    """Read a queue URL; user, password, database and options may be percent-encoded."""
    _check_is_one(url)
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in OPTIONS:
        raise BadAddress(f"the queue URL must look like {FORMS}")
    try:
        parts = urlsplit(url)
        named = hosts(parts) if scheme == "mysql" else ()
    except ValueError:
        # the reason would show what stands in the place of the port: perhaps a password with a slash
        raise BadAddress(
            "the queue URL cannot be read: its port is no number (percent-encode special characters in the password)"
        ) from None
    if parts.fragment:
        raise BadAddress("the queue URL has a #; write it as %23")
    options = _options(scheme, parts.query)
    if scheme == "sqlite":
        path = embedded.path(parts.netloc, unquote(parts.path[1:]))
        return Address("sqlite", path, options=options)
    return _mysql(parts, named, options)


def _check_is_one(url: object) -> None:
    if not isinstance(url, str):
        raise BadAddress(
            f"the queue URL is a {type(url).__name__} and no text (is QUEUE_URL set?); it must look like {FORMS}"
        )
    if len(url.split("://")) > 2 and len(url.split()) > 1:
        raise BadAddress("the queue URL is more than one; Queues() takes several")


def _mysql(
    parts: SplitResult, named: tuple[Server, ...], options: tuple[tuple[str, str], ...]
) -> Address:
    database = unquote(parts.path.lstrip("/"))
    _check_mysql(named, database, options)
    return Address(
        "mysql",
        database,
        *named[0],
        further=named[1:],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=options,
    )


def default(environ: Mapping[str, str]) -> Address:
    """Give the embedded queue's address: below $FORKLIFT_SHARED, else in this directory."""
    return Address("sqlite", embedded.default(environ))


def _check_mysql(named: Sequence[Server], database: str, options: Any) -> None:
    if not named or not all(host for host, _ in named):
        raise BadAddress(f"the queue URL names no host; it must look like {FORMS}")
    if not database or "/" in database:
        raise BadAddress(f"the queue URL names no database; it must look like {FORMS}")
    if len(named) > 1 and "unix_socket" in dict(options):
        raise BadAddress("a queue URL with several hosts cannot have a unix_socket")


def _options(scheme: str, query: str) -> tuple[tuple[str, str], ...]:
    known = OPTIONS[scheme]
    given: list[Any] = parse_qsl(query, keep_blank_values=True)
    for name, value in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1) or sorted(known)
            raise BadAddress(
                f"a {scheme} queue URL has no option {name!r}; did you mean {near[0]}?"
            )
        if known[name] and value not in known[name]:
            raise BadAddress(
                f"{name} in the queue URL is {value!r}; it can be {' or '.join(known[name])}"
            )
    return tuple(given)
