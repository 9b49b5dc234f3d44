"""Which moment `--since` means. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from deploy.errors import Refused

_UNITS = {"": 1, "s": 1, "min": 60, "h": 3600, "d": 86_400}


def since(said: str, now: datetime) -> float:
    """Make seconds since the epoch of `15min`, `2h`, or a time such as `2026-11-26 18:00`.

    A time without an offset is that of *now*, which knows its own. Raises Refused for what is neither.
    """
    span = re.fullmatch(r"([0-9]{1,9})\s*(s|min|h|d|)", said.strip())
    if span:
        return now.timestamp() - int(span[1]) * _UNITS[span[2]]
    try:
        moment = datetime.fromisoformat(said.strip())
    except ValueError:
        raise Refused(
            f"--since must be a span such as 15min, 2h or 1d, or a time such as 2026-11-26 18:00, not {said!r}"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).timestamp()
