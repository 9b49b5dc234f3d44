"""How Fabric's Connection to a host is made, from Fabric's own configuration and ssh_config."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import fabric
from fabric.connection import derive_shorthand

from deploy.errors import Refused
from deploy.remote.hostkeys import HostKeys, Policy
from deploy.remote.identity import Identity, identity
from deploy.remote.keys import Keys
from deploy.remote.login import Login, Wanted
from deploy.remote.sshconfig import SshConfig
from deploy.remote.transport import Transport

#: seconds for TCP and key exchange, for sshd's first line, for the login, for a channel
CONNECT, BANNER, LOGIN, CHANNEL = 10, 15, 30, 20
#: connect_kwargs that are not paramiko's here: Login has them, or Fabric by another name
TAKEN = {
    "timeout",
    "transport_factory",
    "pkey",
    "key_filename",
    "passphrase",
    "password",
    "allow_agent",
    "look_for_keys",
}


class Shared:
    """What all connections of a run have in common."""

    def __init__(self, config: fabric.Config, default_user: str) -> None:
        self.config, self.default_user = config, default_user
        # each of Fabric's connections looks its host up there too
        config._set(base_ssh_config=SshConfig(config.base_ssh_config))
        self.options: dict[str, Any] = dict(config.connect_kwargs)
        self.host_keys = HostKeys()
        self.keys = Keys(self.options.get("passphrase") or self.options.get("password"))

    def name(self, host: str) -> str:
        return str(derive_shorthand(host)["host"])

    def ssh_config(self, host: str) -> Mapping[str, str]:
        return self.config.base_ssh_config.lookup(self.name(host))

    def user(self, host: str) -> str | None:
        """Give the caller's default user where neither the host's name nor ssh_config has one."""
        if derive_shorthand(host)["user"] or "user" in self.ssh_config(host):
            return None
        return self.default_user or None


class _Connection(fabric.Connection):
    #: declared, or Fabric 3.2 writes it into the configuration of all, which others find empty while it does
    inline_ssh_env: bool = True


def connection(
    host: str, shared: Shared, gateway: fabric.Connection | str | None
) -> fabric.Connection:
    """Make the unopened connection to *host*: strict about its key, with time limits everywhere.

    Raises Refused where ssh_config has no number in the place of one.
    """
    _refuse_no_number(host, shared.ssh_config(host))
    made = _Connection(
        host,
        user=shared.user(host),
        config=shared.config,
        gateway=gateway or False,
        connect_timeout=shared.options.get("timeout"),
        connect_kwargs=_options(shared),
    )
    made.connect_timeout = made.connect_timeout or CONNECT
    who = identity(made.host, made.port, made.ssh_config)
    made.client.set_missing_host_key_policy(Policy(shared.host_keys, who))
    made.connect_kwargs["transport_factory"] = _factory(shared.host_keys, who)
    files = made.connect_kwargs.pop("key_filename", [])
    if made.config.authentication.strategy_class is None:
        wanted = _wanted(shared.options, files, made.ssh_config)
        made.connect_kwargs["auth_strategy"] = Login(made.user, wanted, shared.keys)
    return made


def _refuse_no_number(host: str, ssh_config: Mapping[str, str]) -> None:
    for option in ("Port", "ConnectTimeout"):
        given = ssh_config.get(option.lower(), "22")
        if not (given.isdecimal() and int(given) < 65536):
            raise Refused(
                f"{host}: {option} in ssh_config must be a whole number to 65535, not {given!r}"
            )


def _options(shared: Shared) -> dict[str, Any]:
    kept = {name: each for name, each in shared.options.items() if name not in TAKEN}
    return {
        "banner_timeout": BANNER,
        "auth_timeout": LOGIN,
        "channel_timeout": CHANNEL,
        **kept,
    }


def _factory(host_keys: HostKeys, who: Identity) -> Callable[..., Transport]:
    def transport(sock: Any, **options: Any) -> Transport:
        made = Transport(sock, **options)
        made.prefer_host_keys(host_keys.types(who))
        return made

    return transport


def _wanted(
    options: Mapping[str, Any], files: list[str], ssh_config: Mapping[str, str]
) -> Wanted:
    given = options.get("pkey")
    only = ssh_config.get("identitiesonly", "no").lower() == "yes"
    return Wanted(
        files=tuple(files),
        given=() if given is None else (given,),
        use_agent=options.get("allow_agent", True),
        only_files=only,
        look_for_defaults=not files and options.get("look_for_keys", True),
        password=options.get("password"),
    )
