"""Which projects fab could not work with: without services, with names that it cannot tell apart, with a worker that hides ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy import values
from deploy.errors import Refused
from deploy.settings import Service


def refuse_others(given: Sequence[object]) -> None:
    """Refuse what is no service, and a project without one."""
    for each in given:
        if not isinstance(each, Service):
            raise Refused(f"project() takes Service(…), not {values.shown(each)}")
    if not given:
        raise Refused("project() needs a Service(…)")


def refuse_names(services: Sequence[Service], fabrics_own: Iterable[str]) -> None:
    """Refuse names that fab could not tell apart, from each other or from its own settings."""
    names = [each.name for each in services]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(
            f"two services have the same name, {twice}: give one of them another"
        )
    for each in sorted(set(names) & set(fabrics_own)):
        raise Refused(
            f"a service cannot be named {each}: Fabric's own settings have that name"
        )
    if "deploy" in names and len(names) > 1:
        raise Refused(
            "a service cannot be named deploy: fab deploy deploys all of them"
        )


def refuse_shadow(folder: Path, services: Iterable[Service]) -> None:
    """Refuse a project whose own ``worker`` would hide forklift's from ``python -m worker``.

    A `deploy` of its own beside the fabfile hides this package instead: Python says so itself.
    """
    own = [folder / "worker.py", folder / "worker" / "__init__.py"]
    hiding = [each for each in own if each.exists()]
    ours = folder == Path(__file__).parent.parent
    for service in services:
        # either may still wait to be made
        commands = f"{service.start} {service.setup_commands}"
        if hiding and not ours and "-m worker" in commands:
            raise Refused(
                f"{hiding[0]} hides forklift's worker, which {service.name} runs as python -m worker; "
                "give your own another name"
            )
