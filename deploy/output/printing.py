"""How text leaves the program: whole, and in silence once nobody reads it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def put(text: str, error: bool = False) -> None:
    with nobody_reading():
        print(text, file=sys.stderr if error else sys.stdout, flush=True)


@contextmanager
def nobody_reading() -> Iterator[None]:
    """Go on in silence when whoever read our output has left: a deploy is not to end by that."""
    try:
        yield
    except OSError:  # a pipe or a terminal that is gone
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, sys.__stdout__.fileno())  # type: ignore[union-attr] # fab has them
        os.dup2(silence, sys.__stderr__.fileno())  # type: ignore[union-attr]
        os.close(silence)


def open_what_is_closed() -> None:
    """Give a program that was started without standard input or outputs (``>&-``) ones that are silent."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            silent = Path(os.devnull).open(mode)  # noqa: SIM115 # to the end
            setattr(sys, name, silent)
            setattr(sys, f"__{name}__", silent)


def write_any_text() -> None:
    """Have what the operator's encoding cannot spell written as escapes: a subject may be in any script."""
    # standard error does so by itself
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
