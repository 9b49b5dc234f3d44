"""Run what a project wants done before or after a phase or a task."""

from __future__ import annotations

from deploy.hooks import Hook, Occasion
from deploy.paths import Paths
from deploy.release import Release
from deploy.shell import Command, command, let, together


def run(paths: Paths, hook: Hook, occasion: Occasion, host: str) -> Command:
    """Run the hook's command, which finds what is known of the occasion in its environment."""
    release = Release(occasion.release)
    known = (f"{k}={v}" for k, v in occasion.environment(host).items())
    running = command(
        "run_hook",
        hook.title,
        paths.release(release) if release else "",
        paths.current,
        *("env", *known, "sh", "-c", str(hook.run)),
        uses="hook",
    )
    return together(_as_whom(paths, hook), running)


def _as_whom(paths: Paths, hook: Hook) -> Command:
    if not hook.as_service:
        return let(account="", secrets="")
    account = paths.service.account if paths.service.use_sudo else ""
    words = paths.service.supervised_by
    return let(
        account=account,
        secrets=paths.env,
        setuidgid=words.setuidgid,
        envdir=words.envdir,
    )
