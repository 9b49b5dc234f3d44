"""Wait for a condition, with a limit."""

from __future__ import annotations

import time


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s: {condition}"
        time.sleep(0.005)
