"""Tell the supervisor what to do with a service, and prove that it was done."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.release import Release
from deploy.shell import Command, Word, command, quote


def start(paths: Paths, current: Release) -> Command:
    """Bring the service up if it is down; prints ``already`` if it was up."""
    return _asked(paths, "start_service", current, *_patience(paths))


def stop(paths: Paths) -> Command:
    """Bring the service down and wait for its end; prints ``already`` if it was down."""
    return _asked(paths, "stop_service", round(paths.service.stop_timeout))


def restart(paths: Paths, current: Release) -> Command:
    """Restart the service, up or down, and verify it from the release that is current."""
    return _asked(paths, "restart_service", current, *_patience(paths))


def reload(paths: Paths) -> Command:
    return _asked(paths, "reload_service", paths.service.settle)


def health_check(paths: Paths) -> str:
    """Spell out the health check, which runs in the current release; empty if there is none."""
    check = paths.service.health_check
    if check.startswith(("http://", "https://")):
        check = _asking(check)
    return f"cd {quote(paths.current)} && {check}" if check else ""


def _asking(address: str) -> str:
    """Spell out a request that fails unless its answer is below 400; a host has curl or wget."""
    curl = "curl --fail --silent --show-error --noproxy '*' --output /dev/null"
    wget = "wget --no-verbose --no-proxy --tries=1 --output-document=/dev/null"
    url = quote(address)
    return f"if command -v curl >/dev/null; then {curl} {url}; else {wget} {url}; fi"


def _patience(paths: Paths) -> tuple[Word, ...]:
    service = paths.service
    return service.settle, round(service.stop_timeout), health_check(paths)


def _asked(paths: Paths, verb: str, *words: Word) -> Command:
    called = command(verb, paths.service_directory, *words)
    return Command(called.text, paths.service.supervised_by.libraries | {"handover"})
