"""The operator's private keys, each read once a run, and whether the agent lives."""

from __future__ import annotations

import base64
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm

#: seconds the agent may take to say that it lives
AGENT = 2
#: how a client asks an agent for its list of keys: length 1, message 11
_LIST_KEYS = b"\x00\x00\x00\x01\x0b"


class Keys:
    """Reads each key file once, and asks the agent once whether it lives."""

    def __init__(self, passphrase: str | None = None) -> None:
        self._passphrase = passphrase
        self._loaded: dict[str, paramiko.PKey | str] = {}
        self._agent_answers: bool | None = None
        self._lock = threading.Lock()

    def load(self, file: str) -> paramiko.PKey | str:
        """Give the key in *file*, or in a few words why there is none."""
        with self._lock:
            if file not in self._loaded:
                self._loaded[file] = _load(file, self._passphrase)
            return self._loaded[file]

    def agent_answers(self) -> bool:
        with self._lock:
            if self._agent_answers is None:
                self._agent_answers = _answers(os.environ.get("SSH_AUTH_SOCK", ""))
            return self._agent_answers


def public_key(file: str) -> list[bytes]:
    """Read the public key of an identity; also of one whose private key is in the agent alone."""
    path = Path(file.removesuffix(".pub") + ".pub").expanduser()
    words = path.read_text().split() if path.is_file() else []
    return [base64.b64decode(words[1])] if len(words) > 1 else []


def _load(file: str, passphrase: str | None) -> paramiko.PKey | str:
    try:
        return _read(file, passphrase)
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return str(error.strerror)
    except (paramiko.PasswordRequiredException, TypeError):
        return "is encrypted; add it to the agent"
    except (paramiko.SSHException, ValueError, UnsupportedAlgorithm):
        return "cannot be read as a private key"


def _read(file: str, passphrase: str | None) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(file)
    except (paramiko.PasswordRequiredException, TypeError):
        if passphrase is None:
            raise
    return _unlocked(str(Path(file).expanduser()), passphrase)


def _unlocked(path: str, passphrase: str) -> paramiko.PKey:
    # paramiko 5.1 tells the types apart by itself only for keys without a passphrase
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey):
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key_file(path, passphrase)
    return paramiko.RSAKey.from_private_key_file(path, passphrase)


def _answers(agent: str) -> bool:
    """Ask before paramiko does: a forwarded agent whose connection went away never answers."""
    if not agent:
        return False
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(AGENT)
        try:
            asked.connect(agent)
            asked.sendall(_LIST_KEYS)
            return len(asked.recv(4)) > 0
        except OSError:
            return False
