"""What stands in the way on one host: each fault is a sentence that ends with the remedy. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from deploy.facts import HostFacts
from deploy.settings import Service
from deploy.shell import quote

#: a function of the service, one host's facts and the bytes that a release needs
BeforeRelease = Callable[[Service, HostFacts, int], Iterable[str]]

#: KiB that stay free whatever a release needs
RESERVE = 10 * 1024
INODES = 1000


def before_setup(service: Service, facts: HostFacts) -> Iterator[str]:
    yield from of_another(service, facts)
    yield from _able(service, facts)


def of_another(service: Service, facts: HostFacts) -> Iterator[str]:
    """Say if another project's service of the same name is there, whose process and secrets this one would take."""
    if facts.belongs_to:
        directory = service.service_root / service.name
        yield (
            f"{directory} is of another service that is called {service.name}, in {facts.belongs_to}; give this one "
            f"another name, or if it is to take that one's place, as root: rm {quote(directory / 'deploy_to')}"
        )


def _able(service: Service, facts: HostFacts) -> Iterator[str]:
    yield from _tools(service, facts)
    if facts.current_is == "directory":
        yield f"{service.deploy_to}/current is a directory; move it away: a link will take its place"


def before_deploy(service: Service, facts: HostFacts, needed: int) -> Iterator[str]:
    """Name what would make a deploy fail; *needed* is the size of the unpacked tree in bytes."""
    yield from before_update(service, facts, needed)
    if facts.deploy_to and not facts.service.answers:
        yield _not_supervised(service)
    elif facts.deploy_to and not facts.log.healthy:
        yield _no_log(service, facts)


def before_update(service: Service, facts: HostFacts, needed: int) -> Iterator[str]:
    """Name what would make a release without a restart fail."""
    yield from of_another(service, facts)
    if not facts.deploy_to:
        yield f"{service.name} is not set up; run: fab {service.name}.setup"
        return
    yield from held(service, facts)
    yield from _able(service, facts)
    yield from _directory(service, facts)
    yield from _space(service, facts, needed)


def held(service: Service, facts: HostFacts) -> Iterator[str]:
    if facts.hold:
        yield f"held by {facts.hold}; if that is over, run: fab {service.name}.unlock"


def before_control(service: Service, facts: HostFacts) -> Iterator[str]:
    yield from of_another(service, facts)
    if not facts.deploy_to or not facts.current:
        yield f"{service.name} has no release; run: fab {service.name}.setup"
    elif not facts.service.answers:
        yield _not_supervised(service)


def before_start(service: Service, facts: HostFacts) -> Iterator[str]:
    """Name what a start or a restart would end with: nothing comes up from what is not there."""
    yield from before_control(service, facts)
    yield from _incomplete(service, facts)


def _tools(service: Service, facts: HostFacts) -> Iterator[str]:
    supervisor = service.supervised_by
    if facts.missing_tools:
        yield (
            f"{', '.join(facts.missing_tools)} cannot be found; "
            f"install them (Debian: apt-get install {supervisor.package} {' '.join(_packages(facts))})"
        )
    if not facts.scan_directory:
        yield f"there is no scan directory; install {supervisor.scan_package}, or set scan_directory"


def _packages(facts: HostFacts) -> list[str]:
    own = sorted({"git", "python3"} & set(facts.missing_tools))
    return ["tar", "gzip", "util-linux", *own]


def _directory(service: Service, facts: HostFacts) -> Iterator[str]:
    if facts.deploy_to != "writable":
        yield (
            f"{service.deploy_to} belongs to {facts.deploy_to} and {facts.user} may not write there; "
            f"log in as {service.user}, or run: fab {service.name}.setup"
        )
    yield from _incomplete(service, facts)
    for each in facts.missing_files:
        yield f"the linked file {service.deploy_to}/shared/{each} is missing; {_put(service, each)}"


def _incomplete(service: Service, facts: HostFacts) -> Iterator[str]:
    if facts.current_is == "incomplete":
        remedy = (
            "point it at one that is"
            if facts.manifests
            else f"none is left there: rm {quote(f'{service.deploy_to}/current')}, then run: fab {service.name}.setup"
        )
        yield f"current leads to {facts.current}, which is no complete release; {remedy}"


def _put(service: Service, file: str) -> str:
    if file in map(str, service.copy_files):
        return f"put it there: fab {service.name}.setup"
    place = quote(f"{service.deploy_to}/shared/{file}")
    return f"put it there: scp {quote(file)} {service.user}@HOST:{place}"


def _space(service: Service, facts: HostFacts, needed: int) -> Iterator[str]:
    kib = 2 * needed // 1024 + RESERVE
    if facts.free_kib < kib:
        yield f"{facts.free_kib // 1024} MiB are free in {service.deploy_to}, and the release needs {kib // 1024}; make room"
    # file systems that make inodes as they need them report none
    if 0 < facts.free_inodes < INODES:
        yield f"{facts.free_inodes} inodes are free in {service.deploy_to}; remove files"


def _no_log(service: Service, facts: HostFacts) -> str:
    supervisor = service.supervised_by
    if not facts.log.answers:
        return f"{supervisor.supervise} knows no log service of {service.name}; remove and set up {service.name} again"
    directory = service.service_root / service.name / "log"
    return (
        f"the log service of {service.name} is {facts.log.word}, so no release could be verified; "
        f"see why in {directory}, then: {supervisor.bring_up} {directory}"
    )


def _not_supervised(service: Service) -> str:
    supervisor = service.supervised_by
    return (
        f"{supervisor.supervise} does not answer for {service.name}: is {supervisor.scanner} running on {service.scan_directory}, "
        f"and is {service.name} set up? (fab {service.name}.setup)"
    )
