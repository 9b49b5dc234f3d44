"""A job is part of the caller's own transaction, whichever library her cursor comes from."""

import sqlite3
from contextlib import contextmanager

import django
import MySQLdb
import pymysql
import pytest
import sqlalchemy
from django.conf import settings
from django.db import connections, transaction

from tests.worker.support import JOBS, grab, sql, states, until
from worker import BadJob, DuplicateJob

ECHO = "tests.worker.jobs.Echo"


class Undo(Exception):
    """The application changes its mind."""


@contextmanager
def dbapi(connection):
    """The way of every driver: nothing is committed before commit."""
    try:
        yield connection.cursor()
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()


def place(queue):
    address = queue.address
    return {"host": address.host, "port": address.port, "user": address.user}


def socket_of(queue):
    return {"unix_socket": queue.address.unix_socket, **place(queue)}


def with_pymysql(queue):
    database = queue.address.database
    return dbapi(pymysql.connect(database=database, **socket_of(queue)))


def with_pymysql_dictionaries(queue):
    cursors = {"cursorclass": pymysql.cursors.DictCursor}
    database = queue.address.database
    return dbapi(pymysql.connect(database=database, **cursors, **socket_of(queue)))


def with_mysqlclient(queue):
    return dbapi(MySQLdb.connect(database=queue.address.database, **socket_of(queue)))


def with_sqlite3(queue):
    return dbapi(sqlite3.connect(queue.address.database))


def with_sqlite3_dictionaries(queue):
    connection = sqlite3.connect(queue.address.database)
    connection.row_factory = lambda cursor, row: dict(
        zip([each[0] for each in cursor.description], row)
    )
    return dbapi(connection)


@contextmanager
def with_sqlalchemy(queue, driver="pymysql"):
    """Its connection's connection is the driver's, in the same transaction."""
    if queue.address.kind == "sqlite":
        url = f"sqlite:///{queue.address.database}"
    else:
        query = {"unix_socket": queue.address.unix_socket}
        name = queue.address.database
        url = sqlalchemy.URL.create(
            f"mysql+{driver}", database=name, query=query, **_login(queue)
        )
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))
            yield connection.connection.cursor()
    finally:
        engine.dispose()


def _login(queue):
    said = place(queue)
    return {"host": said["host"], "username": said["user"]}


def with_sqlalchemy_and_mysqlclient(queue):
    return with_sqlalchemy(queue, "mysqldb")


@contextmanager
def with_django(queue):
    address = queue.address
    if not settings.configured:
        settings.configure()
        django.setup()
    engine = "sqlite3" if address.kind == "sqlite" else "mysql"
    said = {"ENGINE": f"django.db.backends.{engine}", "NAME": address.database}
    if address.kind == "mysql":
        said.update(HOST=address.unix_socket, USER=address.user)
    connections.settings = connections.configure_settings({"default": said})
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            yield cursor
    finally:
        connections["default"].close()
        del connections["default"]


ON_MYSQL = [
    with_pymysql,
    with_pymysql_dictionaries,
    with_mysqlclient,
    with_sqlalchemy,
    with_sqlalchemy_and_mysqlclient,
    with_django,
]
ON_SQLITE = [with_sqlite3, with_sqlite3_dictionaries, with_sqlalchemy, with_django]


def _named(ways, kind):
    return [pytest.param((kind, way), id=f"{kind}-{way.__name__[5:]}") for way in ways]


ONE_OF_EACH = pytest.mark.parametrize(
    "way", [("mysql", with_pymysql), ("sqlite", with_sqlite3)], indirect=True
)


@pytest.fixture(params=_named(ON_MYSQL, "mysql") + _named(ON_SQLITE, "sqlite"))
def way(request):
    return request.param[1]


@pytest.fixture
def url(request, tmp_path):
    """Shadows the fixture for all stores: the way says which one it is for."""
    kind = request.node.callspec.params["way"][0]
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    return request.getfixturevalue("mariadb").url()


def test_a_job_is_there_when_her_transaction_commits(queue, way):
    with way(queue) as cursor:
        first = queue.enqueue(
            ECHO, {"text": "100 % 'of' ?"}, uniqkey="k", cursor=cursor
        )
        some = queue.enqueue_many(ECHO, [1, 2, 3], run_after=60, cursor=cursor)
        rest = queue.enqueue_many(ECHO, range(2), cursor=cursor)
        assert states(queue) == {}
    assert states(queue) == {"ready": 3, "scheduled": 3}
    assert [job.id for job in grab(queue, 9)] == [first, *rest]
    assert [id for (id,) in sql(queue, "SELECT id FROM job WHERE state = 2")] == some


def test_no_job_is_there_when_her_transaction_is_undone(queue, way):
    def change_her_mind():
        with way(queue) as cursor:
            queue.enqueue(ECHO, cursor=cursor)
            queue.enqueue_many(ECHO, range(5), cursor=cursor)
            raise Undo

    with pytest.raises(Undo):
        change_her_mind()
    assert states(queue) == {}


def test_a_uniqkey_that_is_taken_is_said_in_our_words_and_undoes_nothing_of_hers(
    queue, way
):
    queue.enqueue(ECHO, uniqkey="k")
    with way(queue) as cursor:
        queue.enqueue(ECHO, cursor=cursor)
        with pytest.raises(DuplicateJob, match="uniqkey 'k' is live"):
            queue.enqueue(ECHO, uniqkey="k", cursor=cursor)
        queue.enqueue(ECHO, cursor=cursor)
    assert states(queue) == {"ready": 3}


@ONE_OF_EACH
def test_a_worker_finds_what_was_committed_within_its_work_delay(
    queue, way, run, tmp_path
):
    seen = tmp_path / "seen"
    running = run(queue, JOBS, "--work-delay", "0.5")
    running.says("works on")
    with way(queue) as cursor:
        queue.enqueue(f"{JOBS}.Note", {"file": str(seen)}, cursor=cursor)
    until(seen.exists)


@ONE_OF_EACH
@pytest.mark.usefixtures("way")
def test_a_job_on_a_connection_that_commits_by_itself_is_there_at_once(queue):
    """The trap of a connection in autocommit: there is no transaction that the job could be part of."""
    if queue.address.kind == "mysql":
        connection = pymysql.connect(
            database=queue.address.database, autocommit=True, **socket_of(queue)
        )
    else:
        connection = sqlite3.connect(queue.address.database, isolation_level=None)
    queue.enqueue(ECHO, cursor=connection.cursor())
    connection.rollback()
    connection.close()
    assert states(queue) == {"ready": 1}


@ONE_OF_EACH
@pytest.mark.usefixtures("way")
def test_what_is_no_cursor_is_refused_with_the_way_to_one(queue, tmp_path):
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with (
        engine.connect() as connection,
        pytest.raises(BadJob, match=r"session\.connection\(\)\.connection\.cursor"),
    ):
        queue.enqueue(ECHO, cursor=connection)
    engine.dispose()
    assert states(queue) == {}
