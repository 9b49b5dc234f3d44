"""Run what an operator wants run by hand: on a host as the user, or on his terminal beside the service."""

from __future__ import annotations

from deploy.commands import setup
from deploy.paths import Paths
from deploy.shell import Command, command, quote, together

#: the shell of a console: what the account has for a login may be none
SHELL = "if command -v bash >/dev/null; then exec bash; else exec sh; fi"


def on_host(line: str) -> Command:
    """Run a shell command at the user's home, whatever is deployed."""
    running = command("sh", "-c", line)
    return together(
        Command('cd "${HOME:-/}" 2>/dev/null || cd /'),
        Command(f"{running.text} </dev/null >&2"),
    )


def need_release(paths: Paths) -> Command:
    """Refuse where there is no release to be in."""
    start = quote(paths.current / ".forklift" / "start")
    sentence = f"there is no release to be in; run: fab {paths.service.name}.deploy"
    return Command(f"[ -x {start} ] || fail 71 {quote(sentence)}")


def console(paths: Paths, line: str) -> Command:
    """Run a shell command, or a shell, in the current release, as the service would, and give it the terminal."""
    entering, started = setup.beside_service(paths, line or SHELL)
    return together(entering, Command(f"exec {started.text}"))
