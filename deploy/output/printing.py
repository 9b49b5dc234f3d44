"""How text leaves the program: whole, and in silence once nobody reads it."""

from __future__ import annotations

import io
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
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


def once_nobody_reads(act: Callable[[], object]) -> None:
    """Call *act*, in a thread of its own, when whoever read our output through a pipe has left; that may be never."""
    reading = select.poll()
    # errors and hang-ups are told in any case, and nothing else is asked for
    reading.register(sys.stdout.fileno(), 0)

    def watch() -> None:
        reading.poll()
        act()

    threading.Thread(target=watch, daemon=True).start()


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
