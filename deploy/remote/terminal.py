"""Give a command on a host the operator's own terminal, key by key, until it ends."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paramiko

from deploy.errors import Refused
from deploy.remote.transport import BROKEN, Transport

#: seconds that a new channel may take
OPENING = 20
#: seconds between two looks at the terminal's size
LOOK = 0.5
CHUNK = 65536


def attended(transport: Transport, line: str) -> int:
    """Run a command line on the operator's terminal; give its exit status, 128 if a signal ended it.

    Raises Refused where there is no terminal, one of transport.BROKEN if the connection breaks.
    """
    keyboard, screen = _terminal()
    with transport.open_session(timeout=OPENING) as channel:
        size = os.get_terminal_size(screen)
        channel.get_pty(os.environ.get("TERM", "dumb"), *size)
        channel.exec_command(line)
        with _key_by_key(keyboard):
            _relay(channel, keyboard, screen, size)
        status = channel.recv_exit_status()
    if status == -1 and not transport.is_active():
        raise EOFError
    return 128 if status == -1 else status


def why_not(transport: Transport) -> str:
    """Say why a terminal was not to be had, or not to the end."""
    if transport.is_active():
        return "sshd gives no terminal there (PermitTTY), or opens no more sessions (MaxSessions)"
    return "the connection broke; what ran on the terminal was told to hang up"


def _terminal() -> tuple[int, int]:
    """Give the descriptors of keyboard and screen; raises Refused if either is something else."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(
            "a console needs a terminal, and there is none; for a command that asks nothing: run --command"
        )
    sys.stdout.flush()
    return sys.stdin.fileno(), sys.stdout.fileno()


@contextmanager
def _key_by_key(keyboard: int) -> Iterator[None]:
    """Leave it to the host what keys mean, Ctrl-C too; what was typed ahead reaches it as well."""
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _relay(
    channel: paramiko.Channel, keyboard: int, screen: int, size: os.terminal_size
) -> None:
    """Pass on keys and what is shown, until the command has nothing more to show."""
    heard: list[Any] = [channel, keyboard]
    while True:
        ready, _, _ = select.select(heard, [], [], LOOK)
        if size != os.get_terminal_size(screen):
            size = os.get_terminal_size(screen)
            channel.resize_pty(*size)
        if channel in ready and not _show(channel, screen):
            return
        if keyboard in ready and not _type(channel, keyboard):
            heard.remove(keyboard)


def _show(channel: paramiko.Channel, screen: int) -> bool:
    shown = channel.recv(CHUNK)
    rest = memoryview(shown)
    while rest:
        rest = rest[os.write(screen, rest) :]
    return bool(shown)


def _type(channel: paramiko.Channel, keyboard: int) -> bool:
    typed = os.read(keyboard, CHUNK)
    try:
        channel.sendall(typed)
    except BROKEN:
        return False
    return bool(typed)
