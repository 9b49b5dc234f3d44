"""Show a page in place of a service for a while, and the service again."""

from __future__ import annotations

from collections.abc import Callable

from deploy import values
from deploy.commands import maintenance
from deploy.errors import NotUndone, Refused
from deploy.recipes.target import Target, sentences
from deploy.shell import Command, Script, Step


def on(target: Target, reason: str, until: str) -> None:
    """Put the page on every host; again, with other words, takes the place of the first."""
    told = _line("reason", reason) or "maintenance", _line("until", until)
    pages = {
        host: target.templates.maintenance(target.at(host), *told)
        for host in target.fleet.hosts
    }
    _everywhere(target, lambda host: maintenance.put(target.paths, pages[host]))
    name = target.service.name
    target.output.done(
        f"{name}: {target.paths.maintenance} is on {', '.join(target.fleet.hosts)}; "
        f"it is shown until: fab {name}.maintenance.off"
    )


def off(target: Target) -> None:
    """Take the page off every host, if it is there."""
    _everywhere(target, lambda _: maintenance.take(target.paths))
    hosts = ", ".join(target.fleet.hosts)
    target.output.done(f"{target.service.name}: there is no page on {hosts}")


def _line(option: str, given: str) -> str:
    try:
        return values.text(" ".join(given.split()))
    except ValueError as error:
        raise Refused(f"--{option} {error}") from None


def _everywhere(target: Target, command: Callable[[str], Command]) -> None:
    results = target.fleet.each(
        lambda remote: remote.run(Script((Step("", command(remote.host)),)))
    )
    if results.failed:
        kind = NotUndone if results.ok else Refused
        raise kind(sentences(results.failed.values()))
