"""A writing connection to a PostgreSQL database: the journal's, and one for each thread that decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from prefect.core.journal import Ledger, Row
from prefect.exceptions import StorageError
from prefect.storage.postgres.database import Database
from prefect.storage.postgres.errors import first_line, is_collision, is_refusal, translate
from prefect.storage.postgres.sessions import Session
from prefect.storage.postgres.transaction import IMPATIENT, WAITING, PostgresTransaction
from prefect.storage.postgres.upserts import upsert
from prefect.storage.transaction import Append


class CommitUnknown(StorageError):
    """The connection was lost while a transaction was being committed, so nobody knows whether it was; ask again."""


class PostgresWriter:
    """Implements `storage.writer.Writer`; used by one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.place = database.place
        self._connection: Session | None = None
        self._deciding: Cursor[Any] | None = None
        self._inherited: list[object] = []

    def begin(self) -> None:
        """Start a transaction; a connection that was lost meanwhile is replaced."""
        try:
            self._open().execute("BEGIN")
        except psycopg.Error as error:
            self.close()
            if not is_refusal(error):
                raise
            self._open().execute("BEGIN")

    def transaction(self, append: Append, process: str, patient: bool = True) -> PostgresTransaction:
        """What decisions are given in the transaction that has begun."""
        return PostgresTransaction(self._cursor(), append, process, WAITING if patient else IMPATIENT)

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        self._open().execute(statement.encode())

    def upsert(self, ledger: Ledger, rows: Sequence[Row]) -> None:
        """Write rows of the journal."""
        upsert(self._open(), ledger, rows)

    def commit(self) -> None:
        """Commit; returns when it is on the server's disk. Raises CommitUnknown if the answer never came."""
        connection = self._open()
        try:
            done = connection.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            if is_collision(error) or not connection.broken:
                raise
            raise CommitUnknown(
                f"The {self.place} was lost while committing ({first_line(error)}); ask again."
            ) from error
        if done != "COMMIT":
            raise StorageError(f"The {self.place} undid a transaction in which a statement had failed.")

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""
        connection = self._connection
        if connection is None or connection.info.transaction_status == TransactionStatus.IDLE:
            return
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            self.close()  # which undoes it as well

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def forget(self) -> None:
        """In a forked child: leave the parent's connection alone."""
        self._inherited.append(self._connection)
        self._connection = None

    def refuses(self, error: BaseException) -> bool:
        """Whether the trouble is the database's."""
        return is_refusal(error)

    def collided(self, error: BaseException) -> bool:
        """Whether the same again may do: a deadlock, a serialization failure."""
        return is_collision(error)

    def translate(self, error: Exception) -> StorageError:
        """The error as one of ours."""
        return translate(error, self.place)

    def _cursor(self) -> Cursor[Any]:
        connection = self._open()
        if self._deciding is None or self._deciding.connection is not connection:
            self._deciding = connection.cursor(binary=True)
        return self._deciding

    def _open(self) -> Session:
        if self._connection is None:
            self._connection = self._database.writer()
        return self._connection
