"""Bytes that come in pieces, as lines of text."""

from __future__ import annotations

import codecs
from collections.abc import Iterator


class Lines:
    """Cuts UTF-8 into lines; a character or a line may come in several pieces."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun: list[str] = []

    def feed(self, data: bytes) -> Iterator[str]:
        """Give the lines that *data* completes, each with its newline; no data means the end."""
        text = self._decoder.decode(data, final=not data)
        *whole, rest = text.split("\n")
        for line in whole:
            yield "".join([*self._begun, line, "\n"])
            self._begun.clear()
        if rest:
            self._begun.append(rest)
        if not data and self._begun:
            yield "".join(self._begun)
            self._begun.clear()
