"""All ssh connections of a run: one a host, made when it is first needed, closed at the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping

import fabric

from deploy.remote.bell import Cancel
from deploy.remote.blueprint import Shared
from deploy.remote.link import Gateway, Link
from deploy.remote.loader import Account
from deploy.remote.over_ssh import SshRemote
from deploy.remote.transcript import Onlooker
from deploy.remote.transport import Transport


class Connections:
    """Opens each host and each gateway once; a connection that broke is made anew by the next script."""

    def __init__(
        self,
        config: fabric.Config,
        default_user: str = "",
        onlooker: Onlooker | None = None,
    ) -> None:
        self.cancel = Cancel()
        self._shared = Shared(config, default_user)
        self._onlooker = Onlooker() if onlooker is None else onlooker
        self._links: dict[tuple[str, ...], Link] = {}
        self._lock = threading.RLock()
        _quiet_paramiko()

    def remote(self, host: str, user: str = "") -> SshRemote:
        """Make the remote of a host; scripts run as *user* where the login is root.

        Opens nothing: the first script does, and raises CannotConnect.
        """

        def reach() -> tuple[Transport, Account]:
            link = self._link((host,))
            return link.open(), Account(link.user, user)

        return SshRemote(host, reach, self._onlooker, self.cancel)

    def begin(self, hosts: Iterable[str]) -> None:
        """Connect to these hosts at once, while the program still gets ready to ask for anything."""
        for host in hosts:
            link = self._link((host,))
            threading.Thread(target=link.open_early, daemon=True).start()

    def close(self) -> None:
        with self._lock:
            links, self._links = list(self._links.values()), {}
        # what is reached through another comes first
        for each in reversed(links):
            each.close()

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _link(self, path: tuple[str, ...]) -> Link:
        """Give the one link to the last host of *path*, through the others if it names more."""
        with self._lock:
            if path not in self._links:
                gateway = self._gateway(path)
                self._links[path] = Link(path[-1], self._shared, gateway, self.cancel)
            return self._links[path]

    def _gateway(self, path: tuple[str, ...]) -> Gateway:
        *through, last = path
        if through:
            return self._link(tuple(through))
        settings = self._shared.ssh_config(last)
        hops = tuple(_setting(settings, "proxyjump").split(","))
        # `Host *` with a ProxyJump covers the gateway too, which is not to jump over itself
        if hops != ("",) and last not in hops and self._shared.name(last) not in hops:
            return self._link(tuple(each.strip() for each in hops))
        return _setting(settings, "proxycommand") or None


def _setting(settings: Mapping[str, str], name: str) -> str:
    value = settings.get(name) or ""
    return "" if value.lower() == "none" else value


def _quiet_paramiko() -> None:
    """Keep paramiko's tracebacks off the terminal: what they mean is in our own errors."""
    logger = logging.getLogger("paramiko")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
