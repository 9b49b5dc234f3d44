"""The ssh transport under each connection: paramiko's, on a quick socket, hearing more of what the host says."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Any

import paramiko
from paramiko.common import (
    MSG_CHANNEL_REQUEST,
    MSG_CHANNEL_WINDOW_ADJUST,
    MSG_REQUEST_FAILURE,
    MSG_REQUEST_SUCCESS,
    cMSG_CHANNEL_REQUEST,
    cMSG_GLOBAL_REQUEST,
)

from deploy.remote.packets import Packets

#: seconds between two requests for a sign of life, and how many may stay without one
KEEPALIVE, UNANSWERED = 8, 3
#: milliseconds that the kernel waits for an acknowledgement before it gives a connection up
UNACKNOWLEDGED = 30_000
#: seconds within which a transport's thread ends
CLOSING = 2

#: what paramiko raises, according to the moment, when a connection breaks
BROKEN = (OSError, EOFError, paramiko.SSHException)

#: is told the kind of a message, and the signal's name if it is "exit-signal"
Listener = Callable[[str, str], None]

_handlers = vars(paramiko.Transport)["_channel_handler_table"]


def _request(channel: paramiko.Channel, message: paramiko.Message) -> None:
    told = paramiko.Message(message.get_remainder())
    _handlers[MSG_CHANNEL_REQUEST](channel, message)
    kind = told.get_text()
    told.get_boolean()
    _tell(channel, kind, told.get_text() if kind == "exit-signal" else "")


def _window_adjust(channel: paramiko.Channel, message: paramiko.Message) -> None:
    more = paramiko.Message(message.get_remainder()).get_int()
    _handlers[MSG_CHANNEL_WINDOW_ADJUST](channel, message)
    # else it was open before, and nobody waits for it
    if channel.out_window_size <= more:
        _tell(channel, "window", "")


def _tell(channel: paramiko.Channel, kind: str, detail: str) -> None:
    if isinstance(channel.transport, Transport):
        channel.transport.tell(channel, kind, detail)


class Transport(paramiko.Transport):
    """Tells whoever listens to a channel of its window and of requests that paramiko 5.1 drops.

    Without exit-signal a script that was killed looks like a connection that broke.
    """

    _channel_handler_table = {  # noqa: RUF012 - overrides paramiko's own table
        **_handlers,
        MSG_CHANNEL_REQUEST: _request,
        MSG_CHANNEL_WINDOW_ADJUST: _window_adjust,
    }

    def __init__(self, sock: Any, **options: Any) -> None:
        if isinstance(sock, socket.socket):
            _quicken(sock)
            options["packetizer_class"] = Packets
        super().__init__(sock, **options)
        self._listeners: dict[int, Listener] = {}
        wanted = self.get_security_options()
        wanted.ciphers = sorted(wanted.ciphers, key=lambda name: "gcm" not in name)
        self._unanswered = 0
        # we make no other request of this kind
        answers = dict.fromkeys((MSG_REQUEST_SUCCESS, MSG_REQUEST_FAILURE), self._alive)
        vars(self)["_handler_table"].update(answers)
        self.packetizer.set_keepalive(KEEPALIVE, self._ask_for_life)

    def close(self) -> None:
        super().close()
        if isinstance(self.sock, paramiko.ProxyCommand):
            # its thread signals the process at the end, and must find it
            if self.is_alive() and self is not threading.current_thread():
                self.join(CLOSING)
            _reap(self.sock.process)

    def _ask_for_life(self) -> None:
        """Give up a host whose sshd is silent: its kernel may acknowledge all the same."""
        if not self.is_authenticated():
            return
        if self._unanswered >= UNANSWERED:
            raise EOFError
        self._unanswered += 1
        message = paramiko.Message()
        message.add_byte(cMSG_GLOBAL_REQUEST)
        message.add_string("keepalive@openssh.com")
        message.add_boolean(True)
        self._send_user_message(message)  # type: ignore[attr-defined] # not in the stubs

    def _alive(self, message: paramiko.Message) -> None:
        del message
        self._unanswered = 0

    def prefer_host_keys(self, types: Sequence[str]) -> None:
        """Ask the host for a key of these types first: the ones it is known by."""
        wanted = self.get_security_options()
        wanted.key_types = sorted(wanted.key_types, key=lambda name: name not in types)

    def listen(self, channel: paramiko.Channel, listener: Listener) -> None:
        self._listeners[channel.chanid] = listener

    def forget(self, channel: paramiko.Channel) -> None:
        self._listeners.pop(channel.chanid, None)

    def tell(self, channel: paramiko.Channel, kind: str, detail: str) -> None:
        listener = self._listeners.get(channel.chanid)
        if listener is not None:
            listener(kind, detail)

    def request(
        self, channel: paramiko.Channel, kind: str, text: str, reply: bool
    ) -> None:
        """Send a channel request and do not wait for its answer, as paramiko's own calls do."""
        message = paramiko.Message()
        message.add_byte(cMSG_CHANNEL_REQUEST)
        message.add_int(channel.remote_chanid)
        message.add_string(kind)
        message.add_boolean(reply)
        message.add_string(text)
        self._send_user_message(message)  # type: ignore[attr-defined] # not in the stubs


def _reap(process: subprocess.Popen[bytes]) -> None:
    # paramiko 5.1 leaves a ProxyCommand's process unwaited for, and its pipes open
    process.kill()
    with process:
        pass


def _quicken(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)
