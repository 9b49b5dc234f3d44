"""How long the sandbox waits for its parts, and for what."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.errors import SandboxError

#: seconds until a part must have answered; it needs a tenth of one
PATIENCE = 30
PAUSE = 0.01


def until(condition: Callable[[], bool], sentence: str) -> None:
    """Wait for a condition; *sentence* says what is wrong when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SandboxError(f"{sentence} after {PATIENCE} seconds")
        time.sleep(PAUSE)
