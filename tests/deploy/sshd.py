"""An sshd of our own on a loopback port, and a wire to it that can be cut."""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from fabric import Config


class Sshd:
    """Started in *folder*; `config()` gives the Fabric configuration of an operator who may log in."""

    def __init__(self, folder, **settings):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.user = getpass.getuser()
        self.log = self.folder / "sshd.log"
        self.known_hosts = self.folder / "known_hosts"
        for name in ("host_key", "user_key"):
            make_key(self.folder / name)
        self.port = free_port()
        self._settings = settings
        self._start()
        self.known_hosts.write_text(self.known_line())

    def known_line(self, port=None):
        key = (self.folder / "host_key.pub").read_text().split()
        return f"[127.0.0.1]:{port or self.port} {key[0]} {key[1]}\n"

    def _start(self):
        lines = {
            "ListenAddress": f"127.0.0.1:{self.port}",
            "HostKey": self.folder / "host_key",
            "AuthorizedKeysFile": self.folder / "user_key.pub",
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PermitRootLogin": "yes",
            "MaxSessions": "100",
            "MaxStartups": "200",
            "LogLevel": "VERBOSE",
            # the operator's own ~/.bashrc is none of the tests' business
            "SetEnv": "SHLVL=2",
            **self._settings,
        }
        file = self.folder / "sshd_config"
        file.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["/usr/sbin/sshd", "-D", "-e", "-f", file], stderr=log
            )
        until = time.monotonic() + 10
        while not _listens(self.port):
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.005)

    @property
    def pid(self):
        return self._process.pid

    def stop(self):
        self._process.terminate()
        self._process.wait(10)

    def ssh_config(self, host="web1", **settings):
        lines = {
            "HostName": "127.0.0.1",
            "Port": self.port,
            "User": self.user,
            "IdentityFile": self.folder / "user_key",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": self.known_hosts,
            "GlobalKnownHostsFile": "none",
            **settings,
        }
        kept = {name: value for name, value in lines.items() if value is not None}
        words = "".join(f"    {name} {value}\n" for name, value in kept.items())
        return f"Host {host}\n{words}"

    def config(self, host="web1", text=None, overrides=None, **settings):
        file = self.folder / f"ssh_config.{time.monotonic_ns()}"
        file.write_text(self.ssh_config(host, **settings) if text is None else text)
        return Config(runtime_ssh_path=str(file), overrides=overrides or {})

    def logged(self, words):
        return self.log.read_text().count(words)


class Wire:
    """Forwards a loopback port to an sshd, until it is cut or after so many bytes of the client's."""

    def __init__(self, to_port, cut_after=None):
        self._to, self._left = to_port, cut_after
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._ends = []
        threading.Thread(target=self._accept, daemon=True).start()

    def connections(self):
        """Count those that were made through the wire so far."""
        return len(self._ends) // 2

    def cut(self):
        for each in self._ends:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self):
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._ends += [near, far]
            for work in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._forward, args=work, daemon=True).start()

    def _forward(self, source, target, counted):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if counted and self._left is not None:
                    data = data[: self._left]
                    self._left -= len(data)
                target.sendall(data)
                if counted and self._left == 0:
                    break
        self.cut()
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.close()


def make_key(file, passphrase=""):
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file]
    subprocess.run(words, check=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
