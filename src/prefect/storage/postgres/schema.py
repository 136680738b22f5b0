"""Seeing to the schema of a PostgreSQL database: making it, or bringing it up to date, however many start at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from prefect.exceptions import SchemaMismatch, SchemaTooNew
from prefect.storage.postgres.partitions import LOCK_KEY, ensure_partitions
from prefect.storage.postgres.sessions import Session
from prefect.storage.postgres.transaction import PostgresTransaction
from prefect.storage.schema import NEWEST_VERSION, SCHEMA_VERSION, creation
from prefect.storage.transaction import refuse_to_append

LOCK = f"SELECT pg_advisory_xact_lock({LOCK_KEY})"
NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


def prepare(connection: Session, place: str, migrate: bool, another: Callable[[], Session]) -> None:
    """Have the database hold the current schema, with parts for the weeks to come.

    Args:
        migrate: bring an older one up to date, by a connection that `another` opens.

    Raises SchemaTooNew, or SchemaMismatch if the schema is none of ours or older and `migrate` is False.
    """
    version = version_of(connection, place)
    if version == 0:
        _transact(connection, lambda tx: _create(connection, tx))
        version = version_of(connection, place)
    if version > NEWEST_VERSION:
        raise SchemaTooNew(
            f"The {place} has schema version {version}, newer than this program's {SCHEMA_VERSION}"
            " by more than one. Upgrade headrace, or use another database."
        )
    if version < SCHEMA_VERSION:
        if not migrate:
            raise SchemaMismatch(
                f"The {place} has schema version {version}, older than this program's {SCHEMA_VERSION}."
                " Run `prefect server database upgrade`, or set PREFECT_SERVER_DATABASE_MIGRATE_ON_START=true."
            )
        _migrate(another())
    _transact(connection, _ensure_partitions)


def version_of(connection: Session, place: str) -> int:
    """The version of the schema in a database; 0 if there is none. Raises SchemaMismatch if it is none of ours."""
    if _one(connection, "SELECT to_regclass('alembic_version') IS NULL"):
        return 0
    revision = _one(connection, "SELECT max(version_num) FROM alembic_version")
    if revision is None:
        return 0
    if not re.fullmatch(r"\d{4}", revision):
        raise SchemaMismatch(
            f"The {place} holds the tables of another program (revision {revision!r}). Give Headrace a database of its own."
        )
    return int(revision)


def _create(connection: Session, tx: PostgresTransaction) -> None:
    connection.execute(LOCK)
    if _one(connection, "SELECT to_regclass('alembic_version') IS NULL"):
        for statement in creation("postgresql"):
            connection.execute(statement.encode())
        _ensure_partitions(tx)


def _migrate(connection: Session) -> None:
    upgrading = import_module("prefect.storage.migrations.upgrading")  # which imports SQLAlchemy and Alembic
    try:
        upgrading.upgrade("postgresql", connection, lambda: connection.execute(LOCK))
    finally:
        connection.close()


def _ensure_partitions(tx: PostgresTransaction) -> None:
    (now,) = tx.one(NOW) or (0,)
    ensure_partitions(tx, now)


def _transact(connection: Session, work: Callable[[PostgresTransaction], None]) -> None:
    with connection.transaction():
        work(PostgresTransaction(connection.cursor(binary=True), refuse_to_append, ""))


def _one(connection: Session, sql: str) -> Any:
    row = connection.execute(sql.encode()).fetchone()
    return None if row is None else row[0]
