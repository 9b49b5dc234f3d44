"""What an operator uploads: a file or directory of this machine as one archive, for all hosts."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy import values
from deploy.errors import Refused

#: what the upload is called in the archive, whatever its names here and there are
CONTENT = "content"
_SENT = 1 << 20


@dataclass(frozen=True)
class Bundle:
    """An archive, and whether it holds a ``file`` or a ``directory``."""

    path: Path
    kind: str

    def blocks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while block := file.read(_SENT):
                yield block


def pack(source: Path, into: Path) -> Bundle:
    """Archive *source* with its modes; raises Refused for what cannot be read, or would lead out of it elsewhere."""
    try:
        real = source.resolve(strict=True)
        with tarfile.open(
            into, "w:gz", compresslevel=1, format=tarfile.GNU_FORMAT
        ) as tar:
            tar.add(real, CONTENT, filter=_member)
    except (OSError, RuntimeError, tarfile.TarError) as error:
        raise Refused(_unread(source, error)) from None
    return Bundle(into, "directory" if real.is_dir() else "file")


def _unread(source: Path, error: Exception) -> str:
    """Say which file cannot be read, and why: it may be one of many."""
    file, why = source, str(error)
    if isinstance(error, OSError) and error.strerror:
        file, why = error.filename or source, error.strerror
    return f"{values.named(str(file))} cannot be uploaded: {why}"


def _member(found: tarfile.TarInfo) -> tarfile.TarInfo:
    inside = found.name.removeprefix(CONTENT).lstrip("/")
    if found.issym() and _leads_out(found):
        raise Refused(
            f"{values.named(inside)} cannot be uploaded: it is a link that leads out of what is uploaded"
        )
    if not (found.isfile() or found.isdir() or found.issym() or found.islnk()):
        raise Refused(
            f"{values.named(inside or 'it')} cannot be uploaded: it is no file, directory or link"
        )
    # who owns it here means nothing there
    found.mode &= 0o777
    found.uid = found.gid = 0
    found.uname = found.gname = ""
    return found


def _leads_out(link: tarfile.TarInfo) -> bool:
    place = os.path.normpath(Path(link.name).parent / link.linkname)
    return Path(link.linkname).is_absolute() or Path(place).parts[:1] != (CONTENT,)
