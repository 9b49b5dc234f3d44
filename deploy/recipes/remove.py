"""Take a service off its hosts."""

from __future__ import annotations

from deploy import faults
from deploy.commands import setup
from deploy.errors import NotUndone, Refused
from deploy.recipes.locking import locked
from deploy.recipes.target import Target, if_interrupted, refuse, sentences
from deploy.shell import Script, Step


def remove(target: Target, purge: bool) -> None:
    """End the service and its log service for good; with *purge* remove their directories too."""
    steps = [Step("taking the service off", setup.unlink(target.paths))]
    if purge:
        steps.append(Step("removing its directories", setup.purge(target.paths)))
    script = Script(tuple(steps))
    deadline = 2 * target.service.stop_timeout + 60
    again = f"run fab {target.service.name}.remove again: it goes on where it stopped"
    with locked(target) as facts, if_interrupted(again):
        refuse(facts, lambda each: faults.of_another(target.service, each))
        results = target.phase(
            "remove",
            lambda remote: remote.run(
                script, as_root=target.service.use_sudo, deadline=deadline
            ),
        )
    if results.failed:
        kind = NotUndone if results.ok else Refused
        raise kind(f"{sentences(results.failed.values())}\nset this right and {again}")
    left = "" if purge else "; its directories stay (--purge removes them)"
    target.output.done(f"{target.service.name}: removed from {', '.join(facts)}{left}")
