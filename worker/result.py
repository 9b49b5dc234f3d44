"""What became of a job: its state, its result if one is kept, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from worker import serializers


@dataclass(frozen=True)
class Result:
    """Of one job; times are seconds since 1970 by the database's clock, None where there is none yet."""

    id: int
    handler: str
    #: ready, scheduled, running; failed, aborted, quarantined; done
    state: str
    attempt: int
    #: what work returned, if the job is done
    result: Any
    #: of the last attempt that failed
    error: str | None
    #: from 0 to 1, and the words with it, as the handler last said
    progress: float | None
    note: str | None
    enqueued_at: float
    #: when the last attempt began
    grabbed_at: float | None
    ended_at: float | None


def of(row: Sequence[Any]) -> Result:
    """Read a row of store.results.find()."""
    id, handler, state, attempt, text, error, progress, note, *times = row
    enqueued, grabbed, ended = (None if at is None else at / 1e6 for at in times)
    return Result(
        id=id,
        handler=handler,
        state=state,
        attempt=attempt,
        result=None if text is None else serializers.read(text),
        error=error,
        progress=progress,
        note=note,
        enqueued_at=enqueued or 0.0,
        grabbed_at=grabbed,
        ended_at=ended,
    )
