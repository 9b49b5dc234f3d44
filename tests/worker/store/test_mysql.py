"""What only MySQL and MariaDB can get wrong."""

import threading
from contextlib import suppress

import pymysql
import pytest
from pymysql.constants import COMMAND

from tests.worker.support import grab, settle, sql
from worker import BadJob, TimedOut
from worker.job import Done
from worker.store import mysql_sql, results, statements
from worker.store.base import Ask, Grabbed, Settlement
from worker.store.mysql_turn import ROWS

ECHO = "tests.worker.jobs.Echo"
ASK = Ask(1, 100, together={ECHO: 100})
HEAD = Grabbed(1, 1, ECHO, "", 1, 0, "default", 0, None, 0, "k")


def explain(queue, statement):
    with queue.store.transaction() as cursor:
        cursor.execute("EXPLAIN " + statement.sql, statement.values)
        columns = [each[0] for each in cursor.description]
        return [dict(zip(columns, row)) for row in cursor.fetchall()]


@pytest.fixture(
    params=["few rows", "many rows with stale statistics", "no row left ready"]
)
def filled(request, mysql_queue):
    queue = mysql_queue
    if request.param == "few rows":
        queue.enqueue_many(ECHO, range(5))
    else:
        sql(queue, "ALTER TABLE job STATS_AUTO_RECALC=0, STATS_PERSISTENT=1")
        sql(queue, "ANALYZE TABLE job")
        queue.enqueue_many(ECHO, range(3000))
        queue.enqueue_many(ECHO, range(500), priority=3)
    if request.param == "no row left ready":
        grab(queue, 3500)
    return queue


def test_the_grab_reads_the_claim_index_in_order_and_sorts_nothing(filled):
    (plan,) = explain(filled, mysql_sql.choose(Ask(1, 100), "default", 100))
    assert plan["key"] == "job_claim"
    assert "filesort" not in (plan["Extra"] or "")


def test_the_grab_without_skip_locked_sorts_nothing_either(filled):
    (plan,) = explain(
        filled, mysql_sql.choose(Ask(1, 100), "default", 100, mysql_sql.WAIT)
    )
    assert plan["key"] == "job_claim"
    assert "filesort" not in (plan["Extra"] or "")


def test_of_thousands_that_end_in_one_turn_only_the_one_that_is_no_longer_ours_is_lost(
    mysql_queue,
):
    mysql_queue.enqueue_many(ECHO, range(2 * ROWS + 1))
    jobs = grab(mysql_queue, 2 * ROWS + 1)
    sql(mysql_queue, "UPDATE job SET owner = 1 WHERE id = %s", jobs[ROWS + 5].id)
    ends = [Settlement(job.id, job.owner, Done()) for job in jobs]
    assert mysql_queue.store.turn(ends, None).lost == {jobs[ROWS + 5].id}
    assert sql(mysql_queue, "SELECT id FROM job") == [(jobs[ROWS + 5].id,)]


def test_what_goes_together_is_read_by_its_index_and_not_sorted(filled):
    filled.enqueue_many(ECHO, range(5), coalesce="k")
    (plan,) = explain(filled, mysql_sql.peek_mates(HEAD, 100))
    assert plan["key"] == "job_coalesce"
    assert "filesort" not in (plan["Extra"] or "")


@pytest.mark.parametrize(
    "chosen",
    [
        mysql_sql.choose_behind(ASK, "default", 100, mysql_sql.SKIP, (0, 1)),
        mysql_sql.choose_these(ASK, "default", [(0, 1), (-3, 9)], mysql_sql.SKIP),
        mysql_sql.mates(ASK, HEAD, mysql_sql.SKIP),
    ],
    ids=["behind", "these", "mates"],
)
def test_what_was_seen_is_locked_entry_by_entry_of_the_claim_index(filled, chosen):
    seen, locked, *_ = explain(filled, chosen)
    assert seen["table"].startswith("<derived")
    assert (locked["table"], locked["key"], locked["type"]) == (
        "job",
        "job_claim",
        "ref",
    )
    assert locked["ref"].endswith("seen.seen_precedence,seen.seen_id")
    assert "filesort" not in f"{seen['Extra']}{locked['Extra']}"


def test_what_is_pruned_is_found_by_its_index(filled):
    for statement, key in (
        (results.prune_done(10, mysql_sql.WORDS), "done_job_keep_until"),
        (results.prune_failed(1, 10, mysql_sql.WORDS), "failed_job_failed_at"),
    ):
        (plan,) = explain(filled, statement)
        assert (plan["type"], plan["key"]) == ("range", key)
        assert "filesort" not in (plan["Extra"] or "")


def test_the_lease_is_written_by_primary_key(filled):
    (plan,) = explain(filled, mysql_sql.take(Ask(1, 100), [1, 2, 3]))
    assert plan["key"] == "PRIMARY"
    assert int(plan["rows"]) <= 3


def test_a_batch_is_deleted_by_primary_key(filled):
    plans = explain(
        filled, mysql_sql.delete([Settlement(n, 1, Done()) for n in (1, 2, 3)])
    )
    (plan,) = [each for each in plans if each["table"] == "job"]
    assert (plan["type"], plan["key"]) == ("eq_ref", "PRIMARY")


@pytest.mark.parametrize("state", [statements.RUNNING, statements.SCHEDULED])
def test_what_is_due_is_read_by_its_index(filled, state):
    (plan,) = explain(
        filled, statements.due(state, 10, mysql_sql.NOW, force=mysql_sql.DUE)
    )
    assert plan["key"] == "job_due"
    assert "filesort" not in (plan["Extra"] or "")


def test_settling_a_batch_does_not_wait_for_rows_that_another_manager_is_grabbing(
    mysql_server, mysql_queue
):
    queue = mysql_queue
    queue.enqueue_many(ECHO, range(12))
    mine = grab(queue, 3)
    other = mysql_server.connect(database=queue.address.database)
    other.begin()
    with other.cursor() as cursor:
        cursor.execute("SELECT id FROM job WHERE id > %s FOR UPDATE", (mine[-1].id,))
    sql(queue, "SET @@session.innodb_lock_wait_timeout = 1")
    turn = queue.store.turn(
        [Settlement(job.id, job.owner, Done()) for job in mine], None
    )
    assert not turn.lost
    other.rollback()
    other.close()


def test_every_connection_reads_committed_and_commits_by_itself(mysql_queue):
    for link in (mysql_queue.store._link, mysql_queue.store._packets):
        with link.connection().cursor() as cursor:
            cursor.execute("SHOW VARIABLES LIKE 'tx_isolation'")
            assert cursor.fetchall() == (("tx_isolation", "READ-COMMITTED"),)
            cursor.execute("SELECT @@autocommit")
            assert cursor.fetchall() == ((1,),)


def test_a_handlers_connection_takes_one_statement_at_a_time(mysql_queue):
    with pytest.raises(pymysql.err.ProgrammingError):
        sql(mysql_queue, "SELECT 1; DELETE FROM job")


def test_a_deadlock_is_tried_again(mysql_server, mysql_queue):
    """The server picks a victim; whoever it is, the enqueue and the settling both get through."""
    queue = mysql_queue
    queue.enqueue_many(ECHO, range(2))
    a, b = grab(queue, 2)
    other = mysql_server.connect(database=queue.address.database)
    other.begin()
    with other.cursor() as cursor:
        cursor.execute("SELECT * FROM job WHERE id = %s FOR UPDATE", (b.id,))
        ends = [Settlement(a.id, a.owner, Done()), Settlement(b.id, b.owner, Done())]
        lost = []
        settling = threading.Thread(
            target=lambda: lost.append(_settle_and_close(queue, ends))
        )
        settling.start()
        cursor.execute("SELECT SLEEP(0.2)")
        with suppress(pymysql.err.OperationalError):
            cursor.execute("UPDATE job SET precedence = 1 WHERE id = %s", (a.id,))
    other.commit()
    settling.join()
    other.close()
    assert lost == [frozenset()]


def _settle_and_close(queue, ends):
    try:
        return queue.store.turn(ends, None).lost
    finally:
        queue.store.close()


def test_a_connection_that_the_server_closed_is_opened_again(mysql_server, mysql_queue):
    queue = mysql_queue
    queue.enqueue(ECHO)
    killer = mysql_server.connect()
    with killer.cursor() as cursor:
        for link in (queue.store._link, queue.store._packets):
            cursor.execute("KILL %s", (link.connection().thread_id(),))
    killer.close()
    queue.enqueue(ECHO)
    assert queue.counts().jobs == {("default", "ready"): 2}


def test_ids_follow_the_servers_increment(mysql_queue):
    queue = mysql_queue
    with queue.store._link.connection().cursor() as cursor:
        cursor.execute("SET SESSION auto_increment_increment = 3")
    ids = queue.enqueue_many(ECHO, range(4))
    assert [job.id for job in grab(queue, 4)] == ids


def test_a_job_larger_than_a_packet_is_refused_in_a_sentence(mysql_queue):
    with pytest.raises(BadJob):
        mysql_queue.enqueue(ECHO, "x" * 15_000_001)
    id = mysql_queue.enqueue(ECHO, "x" * 3_000_000)
    (job,) = grab(mysql_queue)
    assert (job.id, len(job.arg)) == (id, 3_000_002)
    assert settle(mysql_queue, job)


def test_the_doctor_says_whether_a_node_has_its_cluster(mysql_queue):
    said = [each.text for each in mysql_queue.store.examine() if each.is_well]
    in_cluster = bool(mysql_queue.address.further)
    found = [text for text in said if text.startswith("Galera: 3 nodes, this one Sync")]
    assert len(found) == int(in_cluster)


def interrupted(cursor):
    """What an exception that a signal raises leaves, once in a while: a command whose answer was not read."""
    cursor.connection._execute_command(COMMAND.COM_QUERY, "DO 1")
    raise TimedOut


def test_a_connection_that_was_interrupted_between_question_and_answer_is_not_used_again(
    mysql_queue,
):
    store = mysql_queue.store
    with suppress(TimedOut), store.transaction() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        ((before,),) = cursor.fetchall()
        interrupted(cursor)
    with store.transaction() as cursor:
        assert cursor.execute("SELECT CONNECTION_ID()") == 1
        assert cursor.fetchall() != ((before,),)
    with suppress(ValueError), store.transaction():
        raise ValueError
    id = mysql_queue.enqueue(ECHO)
    assert sql(mysql_queue, "SELECT id FROM job") == [(id,)]
