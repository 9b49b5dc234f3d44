"""All SQL: one schema and one store per database, behind one interface."""

from __future__ import annotations

from worker.address import Address
from worker.store.interface import Store


def open_store(address: Address) -> Store:
    """Choose the store of an address; nothing connects before it is used."""
    if address.kind == "sqlite":
        from worker.store.sqlite import SqliteStore

        return SqliteStore(address)
    from worker.store.mysql import MysqlStore  # imports PyMySQL

    return MysqlStore(address)
