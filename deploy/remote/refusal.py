"""Why there is no session with a host, as one sentence that says what to do."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import paramiko
from paramiko.ssh_exception import IncompatiblePeer, NoValidConnectionsError

from deploy.errors import CannotConnect, Unreachable
from deploy.remote.hostkeys import HostKeyRefused
from deploy.remote.login import NoKeyAccepted


@dataclass(frozen=True)
class Address:
    """Where a host was looked for, and as whom."""

    user: str
    name: str
    port: int
    #: seconds within which it had to answer
    patience: float

    def __str__(self) -> str:
        return f"{self.name} port {self.port}"


def sentence(error: BaseException, at: Address) -> str:
    """Say what failed; *error* is what paramiko or the system raised."""
    if isinstance(error, HostKeyRefused):
        return str(error)
    if isinstance(error, paramiko.AuthenticationException):
        return _not_let_in(error, at)
    if isinstance(error, paramiko.ChannelException):
        return f"the gateway cannot reach {at} ({error.text})"
    if isinstance(error, (paramiko.SSHException, EOFError)):
        return _not_ssh(error, at)
    return _no_route(error, at)


def kind(error: BaseException) -> type[CannotConnect]:
    """Tell a host that is down or cut off from one that is misnamed, not who it was, or lets nobody in."""
    mistakes = (
        HostKeyRefused,
        paramiko.AuthenticationException,
        IncompatiblePeer,
        socket.gaierror,
    )
    return CannotConnect if isinstance(error, mistakes) else Unreachable


def may_pass(error: BaseException) -> bool:
    """Say whether the same attempt can succeed a moment later: sshd sheds load (MaxStartups)."""
    if isinstance(error, (HostKeyRefused, paramiko.AuthenticationException)):
        return False
    if isinstance(error, (EOFError, ConnectionResetError, BrokenPipeError)):
        return True
    return "banner" in str(error) and not _timed_out(error)


def _timed_out(error: BaseException) -> bool:
    return isinstance(error.__cause__ or error.__context__, socket.timeout)


def _not_let_in(error: paramiko.AuthenticationException, at: Address) -> str:
    tried = f"tried: {error}" if isinstance(error, NoKeyAccepted) else str(error)
    return (
        f"the login {at.user} was refused ({tried}); "
        f"let it in with: ssh-copy-id -p {at.port} {at.user}@{at.name}"
    )


def _not_ssh(error: BaseException, at: Address) -> str:
    if isinstance(error, IncompatiblePeer):
        return f"{at} and paramiko share no algorithm ({error}); update its sshd"
    if may_pass(error):
        return f"{at} closed the connection each time before ssh began; see its MaxStartups and its log"
    return (
        f"{at} accepted the connection but no ssh session came of it within {at.patience:g} s ({error}); "
        "is it sshd that listens there?"
    )


def _no_route(error: BaseException, at: Address) -> str:
    if isinstance(error, NoValidConnectionsError):
        error = next(iter(error.errors.values()))
    if isinstance(error, socket.gaierror):
        return f"the name {at.name} does not resolve; check its spelling, or HostName in ssh_config"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens on {at}; is sshd running, is the port right?"
    if isinstance(error, socket.timeout):
        return f"no answer from {at} within {at.patience:g} s; is it up, does a firewall stand between?"
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot connect to {at}: {reason}"
