"""Making limits and looking at slots, for the tests of this room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from prefect.connect import embedded_backend
from prefect.storage.keyed import limits

Rows = list[tuple[object, ...]]


def make_limit(name: str, slots: int, *, kind: str = "global", decay: float = 0.0, active: bool = True) -> None:
    """A limit in the record of the current settings."""
    backend = embedded_backend()
    backend.store.transact(
        lambda tx: limits.write(tx, backend.clock.new_id(), kind, name, slots, backend.clock.now(), active, decay)
    )


def rows(query: str) -> Rows:
    """What the database holds, read by a connection of its own."""
    backend = embedded_backend()
    backend.flush()
    connection = sqlite3.connect(backend.store.path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def queue_lengths() -> Iterator[int]:
    """How many wait, again and again."""
    while True:
        yield len(rows("SELECT 1 FROM slot_waiter"))
