"""One deploy of a service at a time: a kernel lock held by a process of the ssh session."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.shell import Command, command


def take(paths: Paths, holder: str, patience: int = 0) -> Command:
    """Take the lock, within *patience* seconds; the script goes on if another keeps it."""
    return command("take_lock", paths.deploy_to, holder, patience, uses="lock")


def wait() -> Command:
    """Hold the lock until the operator's side lets go of standard input, or is gone."""
    return command("wait_with_lock", uses="lock")


def enter_phase(paths: Paths, holder: str = "") -> Command:
    """Begin to change a host; for a *holder* of the deploy lock only as long as he has it."""
    return command("enter_phase", paths.deploy_to, holder, uses="lock")


def enter_again(paths: Paths, holder: str, patience: int) -> Command:
    """Enter a phase once what works there has ended, within *patience* seconds.

    The lock may have been lost with the connection: it is taken again, or refused if another has it.
    """
    return command("enter_again", paths.deploy_to, holder, patience, uses="lock")


def put_hold(paths: Paths, holder: str) -> Command:
    """Leave word that nobody is to deploy; unlike the lock it outlives its session."""
    return command("put_hold", paths.deploy_to, holder, uses="lock")


def release_hold(paths: Paths) -> Command:
    return command("release_hold", paths.deploy_to, uses="lock")
