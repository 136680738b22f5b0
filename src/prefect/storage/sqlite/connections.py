"""SQLite connections: how a file is opened, how its errors are translated, how a write transaction begins.

WAL with `synchronous=FULL`: a commit that returned has been synced. Writers queue by `BEGIN IMMEDIATE`; SQLite's own
waiting is not fair under many writers, so a busy file is asked again with jittered pauses until the busy timeout.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from prefect.exceptions import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseFull,
    DatabaseReadOnly,
    SchemaMismatch,
    SchemaTooNew,
    StorageError,
)
from prefect.storage.schema import NEWEST_VERSION, SCHEMA_VERSION, creation

FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.05
_NOT_WRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def open_connection(path: Path, busy_timeout: float, migrate: bool = True) -> sqlite3.Connection:
    """A connection to the database at `path`, created with the current schema if there is none.

    Args:
        migrate: bring an older schema up to date.

    Raises StorageError, naming path and cause, if the file cannot be opened, written or understood.
    """
    connection = open_raw_connection(path)
    with translated(path):
        try:
            _prepare(connection, path, busy_timeout, migrate)
        except BaseException:
            connection.close()
            raise
    return connection


def open_raw_connection(path: Path) -> sqlite3.Connection:
    """A connection to the file, made if there is none, without a look at what it holds. Raises StorageError."""
    with translated(path):
        _create_private(path)
        return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=256)


def open_reader(path: Path, busy_timeout: float) -> sqlite3.Connection:
    """A connection for reading only, beside the writer."""
    with translated(path):
        connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only = 1")
    return connection


def _create_private(path: Path) -> None:
    """Make the file with mode 0600 in a directory with mode 0700, before SQLite would make it readable to all."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path, busy_timeout: float, migrate: bool) -> None:
    insist(connection, "PRAGMA journal_mode = WAL", path, busy_timeout)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    version: int = insist(connection, "PRAGMA user_version", path, busy_timeout).fetchone()[0]
    if version == 0:
        _create_schema(connection, path, busy_timeout)
    elif version > NEWEST_VERSION:
        raise SchemaTooNew(
            f"Database {str(path)!r} has schema version {version}, newer than this program's {SCHEMA_VERSION}"
            " by more than one. Upgrade headrace, or point PREFECT_HOME at another directory."
        )
    elif version < SCHEMA_VERSION:
        if not migrate:
            raise SchemaMismatch(
                f"Database {str(path)!r} has schema version {version}, older than this program's {SCHEMA_VERSION}."
                " Run `prefect server database upgrade`, or set PREFECT_SERVER_DATABASE_MIGRATE_ON_START=true."
            )
        upgrading = import_module("prefect.storage.migrations.upgrading")  # which imports SQLAlchemy and Alembic
        upgrading.upgrade("sqlite", connection, lambda: insist(connection, "BEGIN IMMEDIATE", path, busy_timeout))


def _create_schema(connection: sqlite3.Connection, path: Path, busy_timeout: float) -> None:
    """Create all tables in one transaction; whoever comes second finds them made."""
    insist(connection, "BEGIN IMMEDIATE", path, busy_timeout)
    try:
        if connection.execute("PRAGMA user_version").fetchone() == (0,):
            if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                raise SchemaMismatch(
                    f"Database {str(path)!r} holds the tables of another program."
                    " Move it away, or point PREFECT_HOME at another directory."
                )
            for statement in creation("sqlite"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def insist(connection: sqlite3.Connection, statement: str, path: Path, busy_timeout: float) -> sqlite3.Cursor:
    """Execute a statement that needs a lock, asking again while others hold it.

    Reading needs one as well while another connection makes, recovers or leaves the file.

    Raises DatabaseBusy when `busy_timeout` seconds have passed.
    """
    deadline = time.monotonic() + busy_timeout
    pause = FIRST_PAUSE
    while True:
        try:
            return connection.execute(statement)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            if time.monotonic() > deadline:
                raise DatabaseBusy(
                    f"Database {str(path)!r} stayed locked by another process for {busy_timeout:g} s."
                    " Find what holds it, or raise PREFECT_SERVER_DATABASE_BUSY_TIMEOUT."
                ) from error
        time.sleep(pause * (0.5 + os.urandom(1)[0] / 255))
        pause = min(pause * 2, LONGEST_PAUSE)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether an error says only that somebody else holds the lock."""
    return error_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def error_code(error: Exception) -> int | None:
    """SQLite's primary result code; None for an error that is not SQLite's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the driver's and the file system's errors into ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise translate(error, path) from error


_PERHAPS_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says where it cannot make the files beside a database, for whatever reason."""

_ROOM = 64 * 1024
"""Bytes that those files take at least."""


def _has_no_room(path: Path) -> bool:
    try:
        free: int = import_module("shutil").disk_usage(path.parent).free
    except OSError:
        return False
    return free < _ROOM


def translate(error: Exception, path: Path) -> StorageError:
    """The StorageError that says the same, with path and mend."""
    primary = error_code(error)
    where = f"database {str(path)!r}"
    full = primary == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno == errno.ENOSPC)
    if full or (primary in _PERHAPS_FULL and _has_no_room(path)):
        return DatabaseFull(f"The disk that holds {where} is full; free some space and it goes on by itself.")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DatabaseCorrupt(
            f"The {where} is damaged or no database ({error}). Move it away to start anew, or restore a copy."
        )
    if primary == sqlite3.SQLITE_READONLY or (isinstance(error, OSError) and error.errno in _NOT_WRITABLE):
        return DatabaseReadOnly(f"The {where} cannot be written ({error}); mend its permissions or set PREFECT_HOME.")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(f"The {where} is locked by another process.")
    if primary == sqlite3.SQLITE_INTERRUPT:
        return DatabaseBusy(f"The {where} did not finish a statement in time; narrow the filter, or ask for less.")
    return StorageError(f"The {where} cannot be used: {error or type(error).__name__}.")
