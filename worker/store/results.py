"""The SQL of what became of a job, and of pruning what was kept; pure."""

from __future__ import annotations

from worker.store.statements import STATES, Statement, Words, microseconds

_COLUMNS = "id, handler, {state}, attempt, {result}, {error}, {progress}, enqueued_at, grabbed_at, {ended_at} FROM {table} WHERE id = %s"
_STATES = " ".join(f"WHEN {code} THEN '{name}'" for code, name in STATES.items())


def find(id: int) -> list[Statement]:
    """Look where a job can be, in the order in which it moves, as rows of Result."""
    places = (
        ("job", f"CASE state {_STATES} END", "NULL", "error", "NULL"),
        ("failed_job", "state", "NULL", "error", "failed_at"),
        ("done_job", "'done'", "result", "NULL", "done_at"),
    )
    return [
        Statement(
            "SELECT "
            + _COLUMNS.format(
                table=table,
                state=state,
                result=result,
                error=error,
                ended_at=ended_at,
                progress="NULL, NULL" if table == "failed_job" else "progress, note",
            ),
            (id,),
        )
        for table, state, result, error, ended_at in places
    ]


def prune_done(limit: int, words: Words) -> Statement:
    """Delete results whose time is over."""
    return Statement(
        words.prune.format(
            table="done_job", column="keep_until", until=words.now, limit=limit
        )
    )


def prune_failed(seconds: float, limit: int, words: Words) -> Statement:
    """Delete failed, aborted and quarantined jobs that ended so long ago."""
    until = f"{words.now} - {microseconds(seconds)}"
    return Statement(
        words.prune.format(
            table="failed_job", column="failed_at", until=until, limit=limit
        )
    )
