"""Which shell commands may be the value of a setting."""

from __future__ import annotations

import re
import shlex
from typing import Any

from deploy.values.showing import shown
from deploy.values.words import some_text

_QUOTED = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""")


def program(value: Any) -> str:
    """Make a shell command that one exec can start."""
    line = some_text(value)
    try:
        first = shlex.split(line)[0]
    except ValueError as error:
        raise ValueError(f"must be a shell command: {error}") from None
    signs = re.findall(r"[();<>|&]+", _QUOTED.sub("''", line))
    if signs:
        raise ValueError(
            f"must be one program with its arguments, without {' '.join(signs)}: "
            "put more into a script of the release"
        )
    if first == "exec" or re.match(r"#|[A-Za-z_][A-Za-z0-9_]*=", first):
        raise ValueError(
            "must begin with a program: exec comes before it by itself, variables belong in env"
        )
    return line


def interpreter(value: Any) -> str:
    if some_text(value).startswith("-"):
        raise ValueError(f"must not begin with a dash, as {shown(value)} does")
    return some_text(value)
