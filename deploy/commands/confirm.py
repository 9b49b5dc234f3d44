"""Let hosts that go back by themselves know that they need not."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.release import Release
from deploy.shell import Command, command


def give_word(paths: Paths) -> Command:
    """Let a host hear that the operator's side is there."""
    return command("give_word", paths.deploy_to, uses="confirm")


def confirm(paths: Paths, release: Release, patience: int) -> Command:
    """Say that all is well, within *patience* seconds; refused if the host has gone back already."""
    return command("confirm", paths.deploy_to, release, patience, uses="confirm")
