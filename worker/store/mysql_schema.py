"""The tables in MySQL and MariaDB, a list of statements for each version; a step once released never changes.

Each statement can be repeated, or fails as one that was taken: MySQL commits at every one, so a step may have been cut off in the middle.
"""

from __future__ import annotations

OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC"

STEPS = {
    1: (
        f"""CREATE TABLE IF NOT EXISTS job (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    queue VARCHAR(64) NOT NULL,
    handler VARCHAR(255) NOT NULL,
    state TINYINT NOT NULL COMMENT '0 ready, 1 running, 2 scheduled',
    precedence INT NOT NULL COMMENT 'minus the priority',
    due_at BIGINT NULL COMMENT 'scheduled: when to run; running: when the lease ends',
    owner BIGINT NULL COMMENT 'who holds the lease: one number for each grab',
    attempt INT NOT NULL DEFAULT 0,
    crashes INT NOT NULL DEFAULT 0,
    uniqkey VARBINARY(1020) NULL,
    enqueued_at BIGINT NOT NULL COMMENT 'all times: microseconds since 1970, this server''s clock',
    grabbed_at BIGINT NULL,
    enqueued_release VARCHAR(255) NOT NULL,
    grabbed_release VARCHAR(255) NULL,
    arg MEDIUMTEXT NOT NULL,
    error TEXT NULL COMMENT 'of the attempt before',
    PRIMARY KEY (id),
    KEY job_claim (queue, state, precedence, id),
    KEY job_due (state, due_at),
    UNIQUE KEY job_uniqkey (handler, uniqkey)
) {OPTIONS}""",
        f"""CREATE TABLE IF NOT EXISTS failed_job (
    id BIGINT UNSIGNED NOT NULL,
    queue VARCHAR(64) NOT NULL,
    handler VARCHAR(255) NOT NULL,
    state VARCHAR(16) NOT NULL COMMENT 'failed, aborted, quarantined',
    precedence INT NOT NULL,
    attempt INT NOT NULL,
    crashes INT NOT NULL,
    uniqkey VARBINARY(1020) NULL,
    enqueued_at BIGINT NOT NULL,
    grabbed_at BIGINT NULL,
    failed_at BIGINT NOT NULL,
    enqueued_release VARCHAR(255) NOT NULL,
    grabbed_release VARCHAR(255) NULL,
    arg MEDIUMTEXT NOT NULL,
    error TEXT NOT NULL,
    traceback MEDIUMTEXT NOT NULL,
    PRIMARY KEY (id),
    KEY failed_job_failed_at (failed_at)
) {OPTIONS}""",
    ),
    2: (
        f"""CREATE TABLE IF NOT EXISTS paused_queue (
    queue VARCHAR(64) NOT NULL,
    paused_at BIGINT NOT NULL,
    PRIMARY KEY (queue)
) {OPTIONS}""",
    ),
    3: (
        f"""CREATE TABLE IF NOT EXISTS periodic (
    handler VARCHAR(255) NOT NULL,
    schedule VARCHAR(255) NOT NULL COMMENT 'cron expression and time zone',
    ticked_at BIGINT NOT NULL COMMENT 'the last tick that was enqueued',
    PRIMARY KEY (handler, schedule)
) {OPTIONS}""",
    ),
    4: (
        """ALTER TABLE job
    ADD COLUMN progress DOUBLE NULL COMMENT 'from 0 to 1, as the handler says',
    ADD COLUMN progress_at BIGINT NULL,
    ADD COLUMN note VARCHAR(255) NULL,
    ADD COLUMN coalesce_key VARBINARY(1020) NULL COMMENT 'jobs of one handler that one attempt may do together',
    ADD KEY job_coalesce (coalesce_key)""",
        "ALTER TABLE failed_job ADD COLUMN coalesce_key VARBINARY(1020) NULL",
        f"""CREATE TABLE IF NOT EXISTS done_job (
    id BIGINT UNSIGNED NOT NULL,
    queue VARCHAR(64) NOT NULL,
    handler VARCHAR(255) NOT NULL,
    precedence INT NOT NULL,
    attempt INT NOT NULL,
    crashes INT NOT NULL,
    uniqkey VARBINARY(1020) NULL,
    coalesce_key VARBINARY(1020) NULL,
    enqueued_at BIGINT NOT NULL,
    grabbed_at BIGINT NULL,
    done_at BIGINT NOT NULL,
    keep_until BIGINT NOT NULL,
    enqueued_release VARCHAR(255) NOT NULL,
    grabbed_release VARCHAR(255) NULL,
    progress DOUBLE NULL,
    note VARCHAR(255) NULL,
    arg MEDIUMTEXT NOT NULL,
    result MEDIUMTEXT NOT NULL,
    PRIMARY KEY (id),
    KEY done_job_keep_until (keep_until)
) {OPTIONS}""",
    ),
}

VERSIONS = f"""CREATE TABLE IF NOT EXISTS job_schema_version (
    version INT NOT NULL,
    queue_id CHAR(32) NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (version)
) {OPTIONS}"""
