"""What a doctor looks at in MySQL and MariaDB; changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from worker.errors import QueueUnreachable
from worker.job import Done
from worker.store import mysql_sql, results, statements
from worker.store.base import Ask, Finding, Grabbed, Settlement
from worker.store.mysql_connection import Link
from worker.store.mysql_errors import LACKING, code_of
from worker.store.mysql_sql import DUE, NOW, PRIMARY, SKIP, WORDS
from worker.store.statements import RUNNING, SCHEDULED, Statement

#: seconds that a transaction may be open before the rows that it may still want to see slow down every grab
OLD = 60
#: seconds between the clocks that are worth a word; nothing depends on them
SKEW = 5
#: undo records that wait to be purged
LONG_HISTORY = 100_000
#: a job as good as any for EXPLAIN
SOME = Grabbed(1, 1, "", "", 1, 0, "default", 0, None, 0, "")


def examine(link: Link) -> Iterator[Finding]:
    yield _isolation(link)
    yield _binlog(link)
    yield from _cluster(link)
    yield from _plans(link)
    yield _clock(link)
    yield _snapshots(link)
    yield _history(link)


def _value(link: Link, sql: str) -> Any:
    rows = link.rows(Statement(sql))
    return rows[0][0] if rows else None


def _isolation(link: Link) -> Finding:
    names = "'tx_isolation', 'transaction_isolation'"
    rows = link.rows(
        Statement(f"SHOW SESSION VARIABLES WHERE Variable_name IN ({names})")
    )
    level = rows[0][1] if rows else "unknown"
    return Finding(level == "READ-COMMITTED", f"isolation of our sessions: {level}")


def _binlog(link: Link) -> Finding:
    if not _value(link, "SELECT @@log_bin"):
        return Finding(True, "binary log: off")
    form = _value(link, "SELECT @@binlog_format")
    return Finding(
        form != "STATEMENT",
        f"binary log: {form}"
        + (
            "; InnoDB refuses our writes with it, set binlog_format = ROW"
            * (form == "STATEMENT")
        ),
    )


def _cluster(link: Link) -> Iterator[Finding]:
    names = "'wsrep_on', 'wsrep_ready', 'wsrep_cluster_size', 'wsrep_local_state_comment', 'wsrep_local_cert_failures'"
    rows = [
        *link.rows(Statement(f"SHOW VARIABLES WHERE Variable_name IN ({names})")),
        *link.rows(Statement(f"SHOW STATUS WHERE Variable_name IN ({names})")),
    ]
    said = {name[6:]: value for name, value in rows}
    if said.get("on") == "ON":
        yield Finding(
            said["ready"] == "ON",
            f"Galera: {said['cluster_size']} nodes, this one {said['local_state_comment']};"
            f" {said['local_cert_failures']} commits failed against another node's: keep the workers on one",
        )


def _plans(link: Link) -> Iterator[Finding]:
    """Have every statement of the worker's explained against the index that it is written for."""
    ends = [Settlement(1, 1, Done()), Settlement(2, 1, Done())]
    for name, statement, index in (
        ("grab", mysql_sql.choose(Ask(1, 100), "default", 100), "job_claim"),
        ("peek", mysql_sql.peek("default", 100), "job_claim"),
        ("peek behind", mysql_sql.peek_behind("default", 100, (0, 1)), "PRIMARY"),
        (
            "grab seen",
            mysql_sql.choose_these(Ask(1, 100), "default", [(0, 1), (0, 2)], SKIP),
            "job_claim",
        ),
        ("coalesce", mysql_sql.peek_mates(SOME, 100), "job_coalesce"),
        ("lease", mysql_sql.take(Ask(1, 100), [1, 2]), "PRIMARY"),
        ("settle", mysql_sql.delete(ends), "PRIMARY"),
        ("renew", statements.renew([1, 2], (1, 2), {}, NOW, PRIMARY), "PRIMARY"),
        ("promote", statements.due(SCHEDULED, 10, NOW, force=DUE), "job_due"),
        ("reclaim", statements.due(RUNNING, 10, NOW, force=DUE), "job_due"),
        ("prune results", results.prune_done(10, WORDS), "done_job_keep_until"),
        ("prune failed", results.prune_failed(1, 10, WORDS), "failed_job_failed_at"),
    ):
        yield _plan(link, name, statement, index)


def _plan(link: Link, name: str, statement: Statement, index: str) -> Finding:
    """A user who may not do it may not have it explained."""
    try:
        return link.again(lambda: _explained(link, name, statement, index))
    except QueueUnreachable as error:
        if code_of(error.__cause__ or error) not in LACKING:
            raise
        return Finding(False, f"{name}: {error}")


def _explained(link: Link, name: str, statement: Statement, index: str) -> Finding:
    with link.connection().cursor() as cursor:
        cursor.execute("EXPLAIN " + statement.sql, statement.values or None)
        columns = [each[0] for each in cursor.description]
        rows = [dict(zip(columns, row)) for row in cursor.fetchall()]
    used = [row["key"] for row in rows if str(row["table"]).endswith("job")]
    sorts = any("filesort" in (row["Extra"] or "") for row in rows)
    well = used in ([index], []) and not sorts
    return Finding(
        well,
        f"{name}: index {', '.join(map(str, used)) or 'not needed'}{', sorted' if sorts else ''}",
    )


def _clock(link: Link) -> Finding:
    behind = time.time() - int(_value(link, f"SELECT {NOW}")) / 1e6
    word = (
        "" if abs(behind) < SKEW else "; only the server's counts, so no harm is done"
    )
    return Finding(True, f"clock: ours is {behind:+.1f} s from the server's{word}")


def _snapshots(link: Link) -> Finding:
    """A snapshot that stays open keeps the traces of every job that ended since."""
    sql = f"SELECT COUNT(*), MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())) FROM information_schema.innodb_trx WHERE trx_started < NOW() - INTERVAL {OLD} SECOND"
    try:
        ((count, oldest),) = link.rows(Statement(sql))
    except QueueUnreachable as error:
        if "PROCESS" not in str(error):
            raise
        return Finding(True, "old transactions: not known, it needs the right PROCESS")
    if not count:
        return Finding(True, f"old transactions: none above {OLD} s")
    return Finding(
        False,
        f"old transactions: {count}, the oldest for {oldest} s; it blocks purge, and grabs get slower while it stays",
    )


def _history(link: Link) -> Finding:
    sql = "SELECT count FROM information_schema.innodb_metrics WHERE name = 'trx_rseg_history_len'"
    try:
        length = _value(link, sql) or 0
    except QueueUnreachable as error:
        if "PROCESS" not in str(error):
            raise
        return Finding(True, "purge: not known, it needs the right PROCESS")
    return Finding(length < LONG_HISTORY, f"purge: {length} undo records wait")
