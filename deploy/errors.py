"""What can go wrong, each with the sentence the operator reads and the exit status of fab."""

from __future__ import annotations


class DeployError(Exception):
    """Base of every error this package raises on purpose; its text is a sentence."""

    exit_status = 3
    #: one word for programs
    outcome = "failed"


class Refused(DeployError):
    """Nothing was changed: a setting, a precondition, a lock or a plan said no."""

    exit_status = 2
    outcome = "refused"


class SettingsError(Refused):
    """The settings name something that does not exist or cannot work."""


class Undone(DeployError):
    """It failed, and every host is as it was before."""

    outcome = "undone"


class NotUndone(DeployError):
    """It failed, and the hosts that the sentence names could not be brought back."""

    exit_status = 4
    outcome = "not undone"


class Partly(DeployError):
    """It was done, but not on the hosts that the sentence names."""

    exit_status = 5
    outcome = "partly"


class HostError(DeployError):
    """Something went wrong on one host; the sentence begins with its name."""

    def __init__(self, host: str, sentence: str) -> None:
        super().__init__(f"{host}: {sentence}")
        self.host, self.sentence = host, sentence


class CannotConnect(HostError):
    """No session with the host: unreachable, unknown or changed key, login refused."""


class Unreachable(CannotConnect):
    """Nobody answers there as sshd does; its key and its login are not known to be wrong."""


class ConnectionLost(HostError):
    """The connection broke while a script ran: what the host did meanwhile is unknown."""


#: a host that is not there any more, or never was
LOST = (Unreachable, ConnectionLost)


class DeadlinePassed(HostError):
    """A script did not end in its time and was told to stop."""


class ScriptFailed(HostError):
    """A script ended with another status than 0; those from 70 to 79 are base.sh's."""

    def __init__(self, host: str, sentence: str, status: int) -> None:
        super().__init__(host, sentence)
        self.status = status


class Interrupted(HostError):
    """The operator stopped the run while a script was at work, and the script was told to stop."""
