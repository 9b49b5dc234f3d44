"""Every word that the operator sees while a recipe runs. The only module that prints."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Output:
    """Lines for a terminal or a log: each host's under its name, whole lines only."""

    def __init__(self, verbose: bool = False) -> None:
        self._verbose = verbose
        self._lock = threading.Lock()

    def say(self, sentence: str) -> None:
        self._print(sentence)

    def done(self, sentence: str) -> None:
        """Say the last sentence of a recipe: what is so now."""
        self._print(sentence)

    def warn(self, sentence: str) -> None:
        self._print(f"warning: {sentence}", error=True)

    def fail(self, sentence: str) -> None:
        """Say why nothing was done."""
        self._print(sentence, error=True)

    def step(self, host: str, title: str) -> None:
        """Say what begins on a host."""
        self._print(f"[{host}] {title}")

    def log(self, host: str, line: str) -> None:
        """Pass on what a program on a host says; a failure repeats its last lines anyway."""
        if self._verbose:
            self.word(host, line)

    def word(self, host: str, line: str) -> None:
        """Pass on what is shown in any case."""
        self._print(f"[{host}] | {line}")

    def script(self, host: str, text: str) -> None:
        """Show a script that a rehearsal does not send."""
        self._print("\n".join(f"[{host}] $ {line}" for line in text.splitlines()))

    def table(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        """Draw a table; it is as wide as it has to be where nobody looks at a terminal."""
        from rich.console import Console
        from rich.table import Table

        drawn = Table(*columns, title=title, title_justify="left")
        for row in rows:
            drawn.add_row(*row)
        wide = None if sys.stdout.isatty() else 200
        with self._lock, _nobody_reading():
            Console(width=wide, markup=False).print(drawn)

    def _print(self, text: str, error: bool = False) -> None:
        with self._lock, _nobody_reading():
            print(text, file=sys.stderr if error else sys.stdout, flush=True)


class RehearsalOutput(Output):
    """The words of a dry run, which never say that something was done."""

    def done(self, sentence: str) -> None:
        del sentence
        self.say("this was a rehearsal: nothing was changed")


@contextmanager
def _nobody_reading() -> Iterator[None]:
    """Go on in silence when whoever read our output has left: a deploy is not to end by that."""
    try:
        yield
    except OSError:  # a pipe or a terminal that is gone
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, sys.stdout.fileno())
        os.dup2(silence, sys.stderr.fileno())
        os.close(silence)
