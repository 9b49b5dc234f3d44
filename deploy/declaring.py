"""With which words a fabfile may make a Hook, a Host, a PythonEnvironment or a Service. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import MISSING, fields
from typing import Any

from deploy import values
from deploy.errors import SettingsError


def refuse_unnamed(kind: str, unnamed: Collection[object]) -> None:
    """Raise SettingsError for values without a name."""
    if unnamed:
        first = values.shown(next(iter(unnamed)))
        raise SettingsError(
            f"{kind}({first}): each value needs its name, as in {kind}(name={first})"
        )


def refuse(kind: type[Any], given: Collection[object], named: Collection[str]) -> None:
    """Raise SettingsError unless the dataclass *kind* can be made of these."""
    wrong = next(_wrong(kind, len(given), named), None)
    if wrong:
        raise SettingsError(f"{kind.__name__}(…): {wrong}")


def _wrong(kind: type[Any], given: int, named: Collection[str]) -> Iterator[str]:
    known = [each.name for each in fields(kind)]
    yield from (_unknown(name, known) for name in named if name not in known)
    if given > len(known):
        yield f"it takes {len(known)} values at most: {', '.join(known)}"
    yield from (f"{name} is given twice" for name in known[:given] if name in named)
    needed = (each.name for each in fields(kind)[given:] if each.default is MISSING)
    yield from (f"it needs {name}" for name in needed if name not in named)


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
    return f"it has no {name}; {hint}"
