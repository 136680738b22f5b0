"""Running statements of the reading door on a store.

Rows come as dictionaries by column, with ids as UUIDs, moments as datetimes and JSON as what it says. Connections are
readers like the store's own, so reading sees what is committed and never writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from sqlalchemy import FromClause, Select, Table, create_engine, func, select
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from prefect.exceptions import StorageError
from prefect.storage.store import Store

Record = dict[str, object]
ENGINES = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


class _TellingCompiler(SQLiteCompiler):
    """Writes hints behind the table that they are given for, which SQLAlchemy leaves out for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


class Reading:
    """Answers statements from one store.

    Args:
        store: whose database is read; it is made if there is none yet.
        seconds: how long a statement may take in SQLite; in PostgreSQL the store's own options bound it.
    """

    def __init__(self, store: Store, seconds: float | None = None) -> None:
        self._store = store
        self._seconds = seconds if store.dialect == "sqlite" else None
        self.place = store.place
        self.dialect = store.dialect
        self._engine = create_engine(ENGINES[store.dialect], creator=store.open_reader, poolclass=QueuePool)
        if store.dialect == "sqlite":
            self._engine.dialect.statement_compiler = _TellingCompiler

    def rows(self, statement: Select[*tuple[object, ...]]) -> list[Record]:
        """All rows. Raises StorageError."""
        try:
            return self._rows(statement)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise self._translated(error) from error
        try:
            return self._rows(statement)  # the connection had been lost while idle, and all such have been let go
        except DBAPIError as error:
            raise self._translated(error) from error

    def _rows(self, statement: Select[*tuple[object, ...]]) -> list[Record]:
        with self._engine.connect() as connection:
            if self._seconds is not None:
                _bound(connection.connection.driver_connection, self._seconds)
            result = connection.execute(statement)
            names = tuple(result.keys())
            return [dict(zip(names, row, strict=True)) for row in result]

    def _translated(self, error: DBAPIError) -> StorageError:
        return self._store.translate(error.orig if isinstance(error.orig, Exception) else error)

    def one(self, statement: Select[*tuple[object, ...]]) -> Record | None:
        """The first row, or None. Raises StorageError."""
        return next(iter(self.rows(statement.limit(1))), None)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _bound(connection: Any, seconds: float) -> None:
    """Have a connection of SQLite give up what it is doing so many seconds from now."""
    end = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > end, STEPS)


STEPS = 100_000
"""Steps of SQLite's machine, a millisecond or two, between two looks at the clock."""


def matching(table: Table, column: str, values: Sequence[object]) -> Select[*tuple[object, ...]]:
    """All rows of a table whose column has one of the values."""
    return select(table).where(table.c[column].in_(values))


def count_by(table: Table, column: str) -> Select[*tuple[object, ...]]:
    """How many rows there are of each value of a column, as `value` and `count`."""
    return select(table.c[column].label("value"), func.count().label("count")).group_by(table.c[column])
