"""What can be held to, without the server, of those that are not at hand."""

import re

import pymysql
import pytest

from worker import QueueUnreachable
from worker.address import parse
from worker.store import mysql_schema
from worker.store.mysql_errors import COLLISIONS, GONE, translated

#: reserved in MySQL 8.0 to 9.x and not before; MariaDB itself refuses the older ones
RESERVED = [
    "CUBE",
    "CUME_DIST",
    "DENSE_RANK",
    "EMPTY",
    "EXCEPT",
    "FIRST_VALUE",
    "FUNCTION",
    "GROUPING",
    "GROUPS",
    "INTERSECT",
    "JSON_TABLE",
    "LAG",
    "LAST_VALUE",
    "LATERAL",
    "LEAD",
    "LIBRARY",
    "MANUAL",
    "NTH_VALUE",
    "NTILE",
    "OF",
    "OVER",
    "PARALLEL",
    "PERCENT_RANK",
    "QUALIFY",
    "RANK",
    "RECURSIVE",
    "ROW",
    "ROWS",
    "ROW_NUMBER",
    "SYSTEM",
    "TABLESAMPLE",
    "WINDOW",
]


def statements():
    every = [mysql_schema.VERSIONS]
    for step in mysql_schema.STEPS.values():
        every += step
    return every


def names():
    """The tables, columns and keys of all versions."""
    found = set()
    for each in statements():
        without_strings = re.sub(r"'[^']*'", "", each)
        found.update(re.findall(r"\b[a-z][a-z_]+\b", without_strings))
    return found


def test_no_name_of_the_schema_is_reserved_by_mysql_8():
    assert {"precedence", "job_claim", "queue_id"} <= names()
    assert names().isdisjoint(word.lower() for word in RESERVED)


def test_every_table_says_its_collation_which_differs_between_servers():
    tables = [each for each in statements() if each.startswith("CREATE TABLE")]
    assert len(tables) >= 4
    assert all("COLLATE=utf8mb4_bin" in each for each in tables)


@pytest.mark.parametrize("code", [1213, 1205, 1020, 3101])
def test_a_conflict_that_was_rolled_back_is_tried_again(code):
    assert code in COLLISIONS


@pytest.mark.parametrize("code", [1047, 1290, 3100, 4031, 3169])
def test_a_server_that_does_not_serve_is_left_for_another(code):
    assert code in GONE
    assert code not in COLLISIONS


def test_a_password_that_cannot_be_hidden_on_the_way_says_what_to_do(monkeypatch):
    """PyMySQL needs another package for caching_sha2_password on a plain connection."""
    monkeypatch.setattr("pymysql._auth._have_cryptography", False)
    with pytest.raises(RuntimeError) as caught:
        pymysql._auth.sha2_rsa_encrypt(b"hunter2", b"x" * 20, b"")
    address = parse("mysql://app:hunter2@127.0.0.1/q")
    said = translated(caught.value, address)
    assert isinstance(said, QueueUnreachable)
    assert "caching_sha2_password" in str(said)
    assert "ssl_ca" in str(said)
    assert "hunter2" not in str(said)
