"""Opens the store at a PostgreSQL address."""

from __future__ import annotations

from contextlib import closing

from prefect.storage.migrations.raw import RawRecord
from prefect.storage.postgres.database import Database
from prefect.storage.postgres.errors import translate
from prefect.storage.postgres.schema import LOCK, version_of
from prefect.storage.postgres.store import PostgresStore
from prefect.storage.store import Store, StoreOptions


def open_store(url: str, process: str, options: StoreOptions) -> Store:
    """The store in the database of that address."""
    return PostgresStore(url, process, options)


def open_raw(url: str, options: StoreOptions) -> RawRecord:
    """The database of that address, whatever its schema. Raises StorageError, SchemaMismatch for another program's."""
    database = Database(url, options)
    with closing(database.open_for_migration()) as looking, database.translated():
        version = version_of(looking, database.place)
    connection = database.open_for_migration()
    return RawRecord(
        "postgresql",
        database.place,
        connection,
        lambda: connection.execute(LOCK),
        version,
        connection.close,
        lambda error: translate(error, database.place),
    )
