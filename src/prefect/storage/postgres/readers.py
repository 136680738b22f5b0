"""Reading connections: a few, shared by all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from prefect.exceptions import DatabaseBusy
from prefect.storage.postgres.database import Database
from prefect.storage.postgres.sessions import Session

T = TypeVar("T")

LONGEST_WAIT = 30.0
"""Seconds to wait for a connection that others are using."""


class Readers:
    """Lends out connections, the one used last first."""

    def __init__(self, database: Database, most: int) -> None:
        self._database, self._most = database, most
        self.forget()

    def forget(self) -> None:
        """In a forked child: leave the parent's connections alone."""
        self._inherited = getattr(self, "_free", None)
        self._free: list[Session] = []
        self._tickets = threading.BoundedSemaphore(self._most)

    def read(self, query: Callable[[Session], T]) -> T:
        """Run a query; once more on a new connection if an idle one turns out to be lost. Raises StorageError."""
        with self._ticket(), self._database.translated():
            idle = self._idle()
            if idle is not None:
                try:
                    return self._on(idle, query)
                except psycopg.OperationalError:
                    if not idle.closed:
                        raise
                    self.close()
            return self._on(self._database.reader(), query)

    def close(self) -> None:
        """Let go of every connection that nobody is using."""
        while (connection := self._idle()) is not None:
            connection.close()

    def _idle(self) -> Session | None:
        try:
            return self._free.pop()
        except IndexError:
            return None

    def _on(self, connection: Session, query: Callable[[Session], T]) -> T:
        try:
            return query(connection)
        finally:
            if connection.closed:
                connection.close()
            else:
                self._free.append(connection)

    @contextmanager
    def _ticket(self) -> Iterator[None]:
        if not self._tickets.acquire(timeout=LONGEST_WAIT):
            raise DatabaseBusy(
                f"All {self._most} connections that read the {self._database.place} were in use for {LONGEST_WAIT:g} s."
                " Raise PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE."
            )
        try:
            yield
        finally:
            self._tickets.release()
