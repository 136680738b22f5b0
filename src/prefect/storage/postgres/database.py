"""One PostgreSQL database: connecting to it, with its schema seen to once."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
from psycopg import Connection, RawCursor
from psycopg.conninfo import make_conninfo

from prefect.exceptions import StorageError
from prefect.storage.postgres.adapters import adapt
from prefect.storage.postgres.address import address_of
from prefect.storage.postgres.errors import translate
from prefect.storage.postgres.schema import prepare
from prefect.storage.store import StoreOptions

READING = "-c default_transaction_read_only=on -c jit=off -c work_mem=32MB -c plan_cache_mode=force_custom_plan"
"""Pages are short: to compile a query would take longer than to answer it. A week of runs is grouped without a file. A plan
made for any values would be a bad one for most: whether a tag, a state or a span is rare decides the way."""

FROZEN_SECONDS = 60
"""After so long the server ends the transaction of a process that has stopped amid it, and frees its locks."""


class Database:
    """Opens connections to one database.

    Connections commit by themselves: a transaction is begun by BEGIN. Their cursors take `$1` and plain values.
    """

    def __init__(self, url: str, options: StoreOptions) -> None:
        self._options = options
        self._parameters, self.place = address_of(url, options)
        self._ready = False
        self._lock = threading.Lock()

    def writer(self) -> Connection[Any]:
        """A connection that writes; what it commits is on the server's disk. Raises StorageError."""
        connection = self._connect(f"-c idle_in_transaction_session_timeout={FROZEN_SECONDS}s")
        with self.translated():
            connection.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
        return connection

    def reader(self) -> Connection[Any]:
        """A connection that cannot write. Raises StorageError."""
        return self._connect(READING)

    def open_reader(self) -> Connection[Any]:
        """The same as the driver has it: cursors take `%s`, and documents come parsed."""
        self._prepare()
        return self._open(READING, autocommit=True)

    def translated(self) -> Translated:
        """A block in which the driver's errors become ours."""
        return Translated(self.place)

    def _connect(self, settings: str) -> Connection[Any]:
        self._prepare()
        return self._plain(settings)

    def _plain(self, settings: str) -> Connection[Any]:
        connection = self._open(settings, autocommit=True)
        connection.cursor_factory = RawCursor
        adapt(connection)
        return connection

    def _prepare(self) -> None:
        """See to the schema, once in this process."""
        if self._is_ready():
            return
        with self._lock:
            if self._is_ready():
                return
            connection = self._plain("")
            try:
                with self.translated():
                    prepare(connection, self.place, self._options.migrate, self.open_for_migration)
            finally:
                connection.close()
            self._ready = True

    def _is_ready(self) -> bool:
        return self._ready

    def open_for_migration(self) -> Connection[Any]:
        """A connection as SQLAlchemy takes it, whatever the schema. Raises StorageError."""
        return self._open("", autocommit=False)

    def _open(self, settings: str, autocommit: bool) -> Connection[Any]:
        timeout = self._options.statement_timeout
        limits = f" -c statement_timeout={round(timeout * 1000)}" if timeout and settings else ""
        own = self._parameters.get("options", "")
        given = {**self._parameters, "options": f"{own} {settings}{limits}".strip()}
        given.setdefault("application_name", "headrace")
        given.setdefault("connect_timeout", str(max(round(self._options.connect_timeout), 1)))
        with self.translated():
            return psycopg.connect(make_conninfo(**given), autocommit=autocommit)


class Translated:
    """Turns the driver's errors into ours."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, psycopg.Error) and not isinstance(error, StorageError):
            raise translate(error, self._place) from error
