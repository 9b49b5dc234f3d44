"""Which host keys are known: OpenSSH's known_hosts files, read once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path


class Verdict(Enum):
    """What known_hosts says of a key that a host shows."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


@dataclass(frozen=True)
class HostKey:
    """A public key, by its type and its bytes."""

    type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        digest = base64.b64encode(hashlib.sha256(self.blob).digest())
        return "SHA256:" + digest.decode().rstrip("=")


@dataclass(frozen=True)
class Entry:
    """A line of known_hosts."""

    revoked: bool
    names: tuple[str, ...]
    key: HostKey

    def covers(self, name: str) -> bool:
        negated = [each[1:] for each in self.names if each.startswith("!")]
        meant = [each for each in self.names if not each.startswith("!")]
        return _any_matches(meant, name) and not _any_matches(negated, name)


def name_of(host: str, port: int) -> str:
    """Spell a host the way known_hosts does."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def read(files: Iterable[Path]) -> tuple[Entry, ...]:
    """Read the files that exist; lines that say nothing about a host key are passed over."""
    return tuple(entry for each in files if each.is_file() for entry in _entries(each))


def covering(entries: Iterable[Entry], name: str) -> tuple[Entry, ...]:
    return tuple(each for each in entries if each.covers(name))


def judge(entries: Iterable[Entry], key: HostKey) -> Verdict:
    """Judge a key by the entries that cover its host."""
    entries = tuple(entries)
    if any(each.revoked and each.key.blob == key.blob for each in entries):
        return Verdict.REVOKED
    known = {each.key.blob for each in entries if not each.revoked}
    if not known:
        return Verdict.UNKNOWN
    return Verdict.KNOWN if key.blob in known else Verdict.CHANGED


def line(name: str, key: HostKey, hashed: bool) -> str:
    """Spell the line that makes *key* known for *name*."""
    blob = base64.b64encode(key.blob).decode()
    return f"{_hash(name) if hashed else name} {key.type} {blob}\n"


def _entries(file: Path) -> Iterator[Entry]:
    for text in file.read_text("utf-8", "replace").splitlines():
        entry = _entry(text.split())
        if entry is not None:
            yield entry


def _entry(words: list[str]) -> Entry | None:
    marker = words.pop(0) if words and words[0].startswith("@") else ""
    # paramiko cannot check host certificates, so an authority makes nothing known
    if len(words) < 3 or words[0].startswith("#") or marker not in ("", "@revoked"):
        return None
    try:
        blob = base64.b64decode(words[2], validate=True)
    except binascii.Error:
        return None
    names = words[0] if words[0].startswith("|") else words[0].lower()
    return Entry(marker == "@revoked", tuple(names.split(",")), HostKey(words[1], blob))


def _any_matches(patterns: Iterable[str], name: str) -> bool:
    return any(_matches(each, name) for each in patterns)


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("|1|"):
        return _hash_matches(pattern, name)
    if "*" in pattern or "?" in pattern:
        return _compiled(pattern).fullmatch(name) is not None
    return pattern == name


def _hash_matches(pattern: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part) for part in pattern[3:].split("|"))
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), digest)


def _hash(name: str) -> str:
    salt = os.urandom(20)
    digest = hmac.digest(salt, name.encode(), "sha1")
    return "|1|" + "|".join(base64.b64encode(each).decode() for each in (salt, digest))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # unlike fnmatch, square brackets mean themselves: [host]:port
    plain = re.escape(pattern)
    return re.compile(plain.replace(r"\*", ".*").replace(r"\?", "."))
