"""Bring a file or directory into `shared` on every host, or a file of every host here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from deploy import bundle, faults, values
from deploy.bundle import Bundle
from deploy.commands import carry, lock
from deploy.errors import NotUndone, Partly, Refused
from deploy.facts import HostFacts
from deploy.recipes.locking import locked
from deploy.recipes.target import Target, refuse, sentences
from deploy.remote.remote import Remote
from deploy.shell import Script, Step

#: seconds that a file may be on its way
DEADLINE = 3600


def upload(target: Target, source: Path, to: str, patience: float) -> None:
    """Put *source* into `shared`, in one rename on each host, while nobody deploys."""
    if source.name in ("", ".."):
        raise Refused("say what to upload: fab … upload --file config/app.yml")
    place = _inside("--to", to or source.name)
    with TemporaryDirectory(prefix="forklift-") as folder:
        packed = bundle.pack(source, Path(folder) / "upload.tar.gz")
        with locked(target, patience) as facts:
            refuse(facts, lambda each: _in_the_way(target, each))
            putting = carry.upload(target.paths, packed.kind, place)
            entering = lock.enter_phase(target.paths, target.holder)
            script = Script((Step("", entering), Step(f"uploading {place}", putting)))
            results = target.phase("upload", partial(_send, target, script, packed))
    if results.failed:
        kind = NotUndone if results.ok else Refused
        raise kind(sentences(results.failed.values()))
    told = ", ".join(results.ok)
    target.output.done(
        f"{target.service.name}: {target.paths.shared / place} is on {told}"
    )


def _send(target: Target, script: Script, packed: Bundle, remote: Remote) -> None:
    target.output.upload(remote.host, packed.path.stat().st_size)
    remote.run(script, packed.blocks(), deadline=DEADLINE)


def download(target: Target, wanted: str, to: str) -> None:
    """Bring a file of every host here; nothing that is here is overwritten."""
    if not wanted:
        raise Refused("say what to download: fab … download --file log/app.log")
    place = PurePosixPath(wanted)
    if not place.is_absolute():
        place = _inside("--file", wanted)
    files = _files(target.fleet.hosts, Path(to), place.name, named=bool(to))
    there = [str(each) for each in files.values() if os.path.lexists(each)]
    if there:
        raise Refused(f"{', '.join(there)} is there already; move it, or use --to")
    asking = carry.download(target.paths, place)

    def fetch(remote: Remote) -> None:
        with _new(files[remote.host]) as take:
            remote.fetch(asking, take, DEADLINE)

    results = target.phase("download", fetch)
    if results.failed:
        kind = Partly if results.ok else Refused
        raise kind(sentences(results.failed.values()))
    told = ", ".join(str(each) for each in files.values())
    target.output.done(f"{target.service.name}: {place} is in {told}")


def _inside(option: str, given: str) -> PurePosixPath:
    try:
        return values.relative_path(given)
    except ValueError:
        raise Refused(
            f"{option} must be a path inside shared, without .., not {values.shown(given)}"
        ) from None


def _in_the_way(target: Target, facts: HostFacts) -> Iterator[str]:
    if not facts.deploy_to:
        name = target.service.name
        yield f"{name} is not set up; run: fab {name}.setup"
    yield from faults.held(target.service, facts)


def _files(
    hosts: Sequence[str], to: Path, name: str, *, named: bool
) -> dict[str, Path]:
    """Name each host's file here: the one that was asked for, or one in a directory for each host."""
    if len(hosts) == 1:
        return {hosts[0]: to if named and not to.is_dir() else to / name}
    return {host: to / host / name for host in hosts}


@contextmanager
def _new(file: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file that is there once it is whole; raises Refused if it cannot be, or came meanwhile."""
    part = file.with_name(f".{file.name}.part-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        begun = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(begun, "wb") as written:
            yield written.write
        # not a rename, which would replace what came meanwhile
        os.link(part, file)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
