"""What a project adds to a run: notices, hooks, migrations, a console."""

from __future__ import annotations

from dataclasses import dataclass

from deploy import hook_checks, values
from deploy.hooks import Hook
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Additions:
    """What a project adds to a run: notices, hooks, migrations, a console."""

    notify_url: str = setting(
        "The environment variable, on the operator's machine, that holds the URL of a webhook: it is told when hosts begin to change, and how that ended.",
        values.optional_variable,
        "",
    )
    notify_command: str = setting(
        "A shell command on the operator's machine that is run at the same moments.",
        values.text,
        "",
    )
    hooks: tuple[Hook, ...] = setting(
        "What is done before and after phases and tasks, on the hosts or on the operator's machine.",
        hook_checks.hooks,
        (),
    )
    migrate: str = setting(
        "A shell command that a deploy runs once, on the primary host, when the release is complete everywhere and nothing is switched yet.",
        values.text,
        "",
    )
    console_command: str = setting(
        "What `console` runs in the current release, as a shell command; empty means a shell.",
        values.text,
        "",
    )
