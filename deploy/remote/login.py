"""Which keys a host is offered, in which order, and what is said if it takes none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

import paramiko

from deploy.remote.keys import Keys, public_key

DEFAULTS = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")

#: where a key comes from, and the key or in a few words why there is none
Offer = tuple[str, Union[paramiko.PKey, str]]


class NoKeyAccepted(paramiko.AuthenticationException):
    """The host let none of the keys in; the text names them."""


@dataclass(frozen=True)
class Wanted:
    """Which keys a host is offered, as ssh_config and Fabric's connect_kwargs say."""

    files: tuple[str, ...] = ()
    given: tuple[paramiko.PKey, ...] = ()
    use_agent: bool = True
    #: of the agent's keys, offer those alone whose public half lies beside one of the files
    only_files: bool = False
    look_for_defaults: bool = True
    password: str | None = None


class Login:
    """Offers a host one key after the other: what paramiko calls an AuthStrategy."""

    def __init__(self, user: str, wanted: Wanted, keys: Keys) -> None:
        self._user, self._wanted, self._keys = user, wanted, keys

    def authenticate(self, transport: paramiko.Transport) -> Any:
        """Log in, or raise NoKeyAccepted with what was tried."""
        tried: list[str] = []
        agent = paramiko.Agent() if self._asks_agent() else None
        try:
            for name, key in self._offers(agent):
                tried.append(f"{name} ({key})" if isinstance(key, str) else name)
                if not isinstance(key, str) and self._accepted(transport, key):
                    return None
        finally:
            if agent is not None:
                agent.close()
        if self._wanted.password is not None:
            tried.append("the password")
            if self._password_accepted(transport, self._wanted.password):
                return None
        raise NoKeyAccepted(", ".join(tried) or "no key at all")

    def _accepted(self, transport: paramiko.Transport, key: paramiko.PKey) -> bool:
        # sshd hangs up after a few keys (MaxAuthTries)
        if not transport.is_active():
            return False
        try:
            # what is left to do after a partial success is a password's work
            return not transport.auth_publickey(self._user, key)
        except paramiko.AuthenticationException:
            return False

    def _password_accepted(self, transport: paramiko.Transport, password: str) -> bool:
        try:
            return not transport.auth_password(self._user, password)
        except paramiko.SSHException:
            return False

    def _asks_agent(self) -> bool:
        return self._wanted.use_agent and self._keys.agent_answers()

    def _offers(self, agent: paramiko.Agent | None) -> Iterator[Offer]:
        yield from (("the key given to Fabric", each) for each in self._wanted.given)
        yield from self._files(self._wanted.files)
        yield from () if agent is None else self._of_agent(agent)
        if self._wanted.look_for_defaults:
            yield from self._files(_existing(DEFAULTS))

    def _files(self, files: Iterable[str]) -> Iterator[Offer]:
        return ((file, self._keys.load(file)) for file in files)

    def _of_agent(self, agent: paramiko.Agent) -> Iterator[Offer]:
        halves = [blob for file in self._wanted.files for blob in public_key(file)]
        for key in agent.get_keys():
            if not self._wanted.only_files or key.asbytes() in halves:
                yield f"the agent's {key.get_name()}", key


def _existing(files: Iterable[str]) -> list[str]:
    return [each for each in files if Path(each).expanduser().is_file()]
