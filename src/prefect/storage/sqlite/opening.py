"""Opens the store at an SQLite address."""

from __future__ import annotations

from prefect.storage.sqlite.store import SqliteStore
from prefect.storage.store import Store, StoreOptions, path_of


def open_store(url: str, process: str, options: StoreOptions) -> Store:
    """The store in the file of that address."""
    return SqliteStore(path_of(url), process, options.busy_timeout, options.migrate)
