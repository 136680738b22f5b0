"""The store in a PostgreSQL database: a journal, decisions in parallel, and readers."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from prefect.core.journal import Draft, Moves, Row
from prefect.exceptions import StorageError
from prefect.storage.journal import Journal
from prefect.storage.postgres.database import Database
from prefect.storage.postgres.decisions import Decisions
from prefect.storage.postgres.errors import translate
from prefect.storage.postgres.readers import Readers
from prefect.storage.postgres.transaction import PostgresTransaction
from prefect.storage.postgres.writer import PostgresWriter
from prefect.storage.requests import Deliver, Request
from prefect.storage.store import StoreOptions
from prefect.storage.transaction import Transaction, refuse_to_append

T = TypeVar("T")


class PostgresStore:
    """Implements `storage.store.Store` on a database that others may share.

    Args:
        url: `postgresql://user:password@host:port/database`.
        process: identity of this process as leases record it.
    """

    dialect = "postgresql"

    def __init__(self, url: str, process: str, options: StoreOptions) -> None:
        self._database = Database(url, options)
        self.place = self._database.place
        self.process = process
        self._journal = Journal(PostgresWriter(self._database), process)
        self._decisions = Decisions(self._database, process, options.deciding)
        self._readers = Readers(self._database, options.reading)
        self.append: Callable[[str, Row | Draft | Moves], None] = self._journal.append
        """Adds a journal entry; returns at once."""
        _stores.add(self)

    def transact(self, decision: Callable[[Transaction], T]) -> T:
        """Run a decision after all that was appended before; returns once it is committed."""
        self._journal.flush()
        settled = threading.Event()
        request = Request(decision, settled)
        self._decisions.submit(request)
        settled.wait()
        result: T = request.outcome()
        return result

    def transact_later(
        self, decision: Callable[[Transaction], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Have a decision made beside others: `done` is told the result, or the error."""
        self._decisions.submit(Request(decision, done))

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Have a decision made as soon as the database allows, however long that takes; its outcome goes to nobody."""
        self._journal.defer(decision)

    def flush(self, timeout: float | None = None) -> None:
        """Return once everything appended or deferred is committed."""
        self._journal.flush(timeout)

    def flush_later(self, done: Callable[[None, BaseException | None], None]) -> None:
        """The same without waiting."""
        self._journal.flush_later(done)

    def deliver_by(self, deliver: Deliver) -> None:
        """Have the callbacks of one commit made together by `deliver`, instead of one after the other where it fell."""
        self._journal.deliver = self._decisions.deliver = deliver

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query; each of its statements sees what has been committed by then."""

        def on(connection: Any) -> T:
            return query(PostgresTransaction(connection.cursor(binary=True), refuse_to_append, self.process))

        return self._readers.read(on)

    def open_reader(self) -> Any:
        """A reading connection of one's own, for the reading door."""
        return self._database.open_reader()

    def translate(self, error: Exception) -> StorageError:
        """The driver's error as one of ours."""
        return translate(error, self.place)

    def vacuum(self) -> None:
        """Have PostgreSQL clean up and count its tables; nobody waits for it."""
        connection = self._database.writer()
        try:
            with self._database.translated():
                connection.execute("SET statement_timeout = 0")
                connection.execute("VACUUM (ANALYZE)")
        finally:
            connection.close()

    @property
    def backlog(self) -> int:
        """Entries and decisions not yet committed."""
        return self._journal.backlog + self._decisions.backlog

    @property
    def trouble(self) -> StorageError | None:
        """Why the database takes nothing at the moment."""
        return self._journal.trouble or self._decisions.trouble

    def close(self, timeout: float = 60.0) -> None:
        """Write everything queued and let go. Raises StorageError if that fails."""
        try:
            self._journal.close(timeout)
        finally:
            self._decisions.close(timeout)
            self._readers.close()


_stores: weakref.WeakSet[PostgresStore] = weakref.WeakSet()


def _forget_readers() -> None:
    for store in list(_stores):
        store._readers.forget()


os.register_at_fork(after_in_child=_forget_readers)
