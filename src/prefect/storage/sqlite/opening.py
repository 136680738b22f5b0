"""Opens the store at an SQLite address."""

from __future__ import annotations

from functools import partial

from prefect.storage.migrations.raw import RawRecord
from prefect.storage.sqlite.connections import insist, open_raw_connection, translate, translated
from prefect.storage.sqlite.store import SqliteStore
from prefect.storage.store import Store, StoreOptions, path_of


def open_store(url: str, process: str, options: StoreOptions) -> Store:
    """The store in the file of that address."""
    return SqliteStore(path_of(url), process, options.busy_timeout, options.migrate)


def open_raw(url: str, options: StoreOptions) -> RawRecord:
    """The file of that address, whatever its schema. Raises StorageError."""
    path = path_of(url)
    connection = open_raw_connection(path)
    with translated(path):
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    begin = partial(insist, connection, "BEGIN IMMEDIATE", path, options.busy_timeout)
    place = f"database {str(path)!r}"
    return RawRecord(
        "sqlite", place, connection, begin, version, connection.close, lambda error: translate(error, path)
    )
