"""Whether the host that answered is the one that was meant; told before anything is sent to it."""

from __future__ import annotations

import fcntl
import shlex
import threading
from pathlib import Path
from typing import IO

import paramiko

from deploy.remote.identity import Identity
from deploy.remote.knownhosts import (
    Entry,
    HostKey,
    Verdict,
    covering,
    judge,
    line,
    read,
)


class HostKeyRefused(paramiko.SSHException):
    """The host shows a key that it is not known by."""


class HostKeys:
    """All known hosts of a run; each set of files is read once, and again after a line was added."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, ...], tuple[Entry, ...]] = {}
        self._found: dict[tuple[tuple[Path, ...], str], tuple[Entry, ...]] = {}
        self._lock = threading.RLock()

    def types(self, who: Identity) -> list[str]:
        """Give the key types by which a host is known, as ssh negotiates them."""
        entries = self._of(who, who.name) or self._of(who, who.bare_name)
        types = {each.key.type for each in entries if not each.revoked}
        if "ssh-rsa" in types:
            types |= {"rsa-sha2-512", "rsa-sha2-256"}
        return sorted(types)

    def check(self, who: Identity, key: HostKey) -> None:
        """Return if *key* is the host's; raise HostKeyRefused with the sentence otherwise."""
        verdict = self._judge(who, key)
        if verdict is Verdict.UNKNOWN and who.accept_new and who.user_files:
            verdict = self._accept(who, key)
        if verdict is not Verdict.KNOWN:
            raise HostKeyRefused(_sentence(verdict, who, key))

    def _judge(self, who: Identity, key: HostKey) -> Verdict:
        verdict = judge(self._of(who, who.name), key)
        if verdict is not Verdict.UNKNOWN:
            return verdict
        # as in OpenSSH: a key known for the plain name is good for its other ports
        bare = judge(self._of(who, who.bare_name), key)
        return bare if bare in (Verdict.KNOWN, Verdict.REVOKED) else verdict

    def _of(self, who: Identity, name: str) -> tuple[Entry, ...]:
        with self._lock:
            if who.files not in self._read:
                self._read[who.files] = read(who.files)
            if (who.files, name) not in self._found:
                found = covering(self._read[who.files], name)
                self._found[who.files, name] = found
            return self._found[who.files, name]

    def _accept(self, who: Identity, key: HostKey) -> Verdict:
        """Add the key, unless someone else has made the host known meanwhile."""
        file = who.user_files[0]
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock, file.open("a+b") as known:
            fcntl.flock(known, fcntl.LOCK_EX)
            self._forget()
            verdict = self._judge(who, key)
            if verdict is Verdict.UNKNOWN:
                _append(known, line(who.name, key, who.hash_names))
                self._forget()
                verdict = Verdict.KNOWN
        return verdict

    def _forget(self) -> None:
        self._read.clear()
        self._found.clear()


def _append(file: IO[bytes], text: str) -> None:
    file.seek(0)
    ended = file.read()[-1:] in (b"", b"\n")
    file.write(("" if ended else "\n").encode() + text.encode())
    file.flush()


class Policy(paramiko.MissingHostKeyPolicy):
    """Judges each key itself: the client it is given to has an empty list of known ones."""

    def __init__(self, host_keys: HostKeys, who: Identity) -> None:
        self._host_keys, self._who = host_keys, who

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        del client, hostname
        self._host_keys.check(self._who, HostKey(key.get_name(), key.asbytes()))


def _sentence(verdict: Verdict, who: Identity, key: HostKey) -> str:
    shown = f"{key.type} {key.fingerprint}"
    file = next(iter(who.user_files), Path("~/.ssh/known_hosts"))
    if verdict is Verdict.REVOKED:
        return (
            f"the host shows the key {shown}, which known_hosts revokes; do not go on"
        )
    if verdict is Verdict.CHANGED:
        return (
            f"the host key has CHANGED: it shows {shown}, and {file} knows another. Someone may be "
            "listening in. If the change is meant, compare the fingerprint on the host itself "
            f"and remove the old key: ssh-keygen -f {file} -R {shlex.quote(who.name)}"
        )
    return (
        f"the host key {shown} is not known. Compare it with the host's own "
        "(ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub there) and add it: "
        f"ssh-keyscan -p {who.port} {who.host} >>{file}"
    )
