"""Tell a figure, and whether it keeps to its limit."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def tell(name: str, seconds: Sequence[float]) -> None:
    print(
        f"{name:32} {statistics.median(seconds):6.2f} s  "
        f"({min(seconds):.2f} to {max(seconds):.2f}, n={len(seconds)})",
        flush=True,
    )


def judge(name: str, found: float, limit: float) -> None:
    verdict = "within" if found <= limit else "OVER"
    print(f"{name:32} {found:6.2f}    {verdict} the limit of {limit:.2f}", flush=True)
