"""What a doctor looks at in SQLite; changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from worker.store import results, statements
from worker.store.base import Ask, Finding, Grabbed
from worker.store.sqlite_connection import File
from worker.store.sqlite_turn import CLAIM, COALESCE, DUE, NOW, WORDS
from worker.store.statements import RUNNING, SCHEDULED, Statement

#: a job as good as any for EXPLAIN
SOME = Grabbed(1, 1, "", "", 1, 0, "default", 0, None, 0, "")
SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


def examine(file: File) -> Iterator[Finding]:
    yield Finding(True, f"SQLite {sqlite3.sqlite_version}")
    ((mode,),) = file.rows(Statement("PRAGMA journal_mode"))
    yield Finding(mode == "wal", f"journal: {mode}")
    ((level,),) = file.rows(Statement("PRAGMA synchronous"))
    yield Finding(level > 0, f"synchronous: {SYNCHRONOUS.get(level, level)}")
    ((said,), *_) = file.rows(Statement("PRAGMA quick_check"))
    yield Finding(said == "ok", f"file: {said}")
    for name, statement in (
        ("grab", statements.choose(Ask(1, 100), "default", 100, force=CLAIM)),
        ("coalesce", statements.mates(Ask(1, 100), SOME, 100, force=COALESCE)),
        ("promote", statements.due(SCHEDULED, 10, NOW, force=DUE)),
        ("reclaim", statements.due(RUNNING, 10, NOW, force=DUE)),
        ("prune results", results.prune_done(10, WORDS)),
        ("prune failed", results.prune_failed(1, 10, WORDS)),
    ):
        explain = Statement("EXPLAIN QUERY PLAN " + statement.sql, statement.values)
        plan = "; ".join(str(row[-1]) for row in file.rows(explain))
        yield Finding("SCAN" not in plan and "B-TREE" not in plan, f"{name}: {plan}")
