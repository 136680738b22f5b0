"""A connection to a record whatever its schema, as changing that takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from prefect.exceptions import StorageError


class RawRecord(NamedTuple):
    """A record, opened without looking at its schema."""

    dialect: str
    place: str
    """The database, as messages name it."""

    connection: Any
    """The driver's, as SQLAlchemy takes it."""

    begin: Callable[[], object]
    """Begins a transaction, and waits there for whoever else changes the schema."""

    version: int
    """Of the schema; 0 if there is none."""

    close: Callable[[], None]
    translate: Callable[[Exception], StorageError]
    """The driver's error as one of ours."""
