"""Opens the store at a PostgreSQL address."""

from __future__ import annotations

from prefect.storage.postgres.store import PostgresStore
from prefect.storage.store import Store, StoreOptions


def open_store(url: str, process: str, options: StoreOptions) -> Store:
    """The store in the database of that address."""
    return PostgresStore(url, process, options)
