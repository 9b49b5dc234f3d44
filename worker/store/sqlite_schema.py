"""The tables in SQLite, a list of statements for each version; a step once released never changes."""

from __future__ import annotations

STEPS = {
    1: (
        """CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    handler TEXT NOT NULL,
    state INTEGER NOT NULL,
    precedence INTEGER NOT NULL,
    due_at INTEGER,
    owner INTEGER,
    attempt INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    uniqkey BLOB,
    enqueued_at INTEGER NOT NULL,
    grabbed_at INTEGER,
    enqueued_release TEXT NOT NULL,
    grabbed_release TEXT,
    arg TEXT NOT NULL,
    error TEXT
)""",
        "CREATE INDEX job_claim ON job (queue, state, precedence, id)",
        "CREATE INDEX job_due ON job (state, due_at)",
        "CREATE UNIQUE INDEX job_uniqkey ON job (handler, uniqkey)",
        """CREATE TABLE failed_job (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    handler TEXT NOT NULL,
    state TEXT NOT NULL,
    precedence INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    uniqkey BLOB,
    enqueued_at INTEGER NOT NULL,
    grabbed_at INTEGER,
    failed_at INTEGER NOT NULL,
    enqueued_release TEXT NOT NULL,
    grabbed_release TEXT,
    arg TEXT NOT NULL,
    error TEXT NOT NULL,
    traceback TEXT NOT NULL
)""",
        "CREATE INDEX failed_job_failed_at ON failed_job (failed_at)",
    ),
    2: (
        "CREATE TABLE paused_queue (queue TEXT PRIMARY KEY, paused_at INTEGER NOT NULL)",
    ),
    3: (
        """CREATE TABLE periodic (
    handler TEXT NOT NULL,
    schedule TEXT NOT NULL,
    ticked_at INTEGER NOT NULL,
    PRIMARY KEY (handler, schedule)
)""",
    ),
    4: (
        "ALTER TABLE job ADD COLUMN progress REAL",
        "ALTER TABLE job ADD COLUMN progress_at INTEGER",
        "ALTER TABLE job ADD COLUMN note TEXT",
        "ALTER TABLE job ADD COLUMN coalesce_key BLOB",
        "CREATE INDEX job_coalesce ON job (coalesce_key) WHERE coalesce_key IS NOT NULL",
        "ALTER TABLE failed_job ADD COLUMN coalesce_key BLOB",
        """CREATE TABLE done_job (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    handler TEXT NOT NULL,
    precedence INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    uniqkey BLOB,
    coalesce_key BLOB,
    enqueued_at INTEGER NOT NULL,
    grabbed_at INTEGER,
    done_at INTEGER NOT NULL,
    keep_until INTEGER NOT NULL,
    enqueued_release TEXT NOT NULL,
    grabbed_release TEXT,
    progress REAL,
    note TEXT,
    arg TEXT NOT NULL,
    result TEXT NOT NULL
)""",
        "CREATE INDEX done_job_keep_until ON done_job (keep_until)",
    ),
}

VERSIONS = """CREATE TABLE IF NOT EXISTS job_schema_version (
    version INTEGER PRIMARY KEY,
    queue_id TEXT NOT NULL,
    applied_at INTEGER NOT NULL
)"""
