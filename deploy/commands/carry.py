"""Bring a file or directory into `shared` of a host, and a file of a host here."""

from __future__ import annotations

from pathlib import PurePosixPath

from deploy.paths import Paths
from deploy.shell import Command, Question, command, together


def upload(paths: Paths, kind: str, to: PurePosixPath) -> Command:
    """Take the ``content`` of the archive on standard input to path *to* of `shared`, whole or not at all."""
    entering = command("enter_below", paths.shared, *to.parent.parts, uses="carry")
    return together(entering, command("put_upload", kind, to.name))


def download(paths: Paths, wanted: PurePosixPath) -> Question[None]:
    """Give the bytes of a file on standard output: one below `shared`, or any by its path from / on."""
    within = "" if wanted.is_absolute() else paths.shared
    sending = command("send_file", within, paths.shared / wanted, uses="carry")
    return Question(sending.text, lambda _: None, sending.uses)
