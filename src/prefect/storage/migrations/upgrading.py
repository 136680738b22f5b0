"""Bringing a record's schema up or down, and saying where it stands.

What runs here needs SQLAlchemy and Alembic, so it is imported only where a record is not of the current version.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, StaticPool, create_engine

ENGINES = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}
FIRST_STAMPED = 2
"""SQLite files of earlier versions say only in `user_version` which they have."""

Begin = Callable[[], object]
"""Begins a transaction on the driver's connection, and waits there for whoever else changes the schema."""


def upgrade(dialect: str, raw: Any, begin: Begin, target: str = "head") -> None:
    """Go up to a revision, in one transaction on a driver's connection."""
    _change(dialect, raw, begin, lambda config: command.upgrade(config, target))


def downgrade(dialect: str, raw: Any, begin: Begin, target: str) -> None:
    """Go down to a revision, which loses what the later ones hold."""
    _change(dialect, raw, begin, lambda config: command.downgrade(config, target))


def stamp(dialect: str, raw: Any, begin: Begin, target: str) -> None:
    """Note a revision without changing anything."""
    _change(dialect, raw, begin, lambda config: command.stamp(config, target))


def _change(dialect: str, raw: Any, begin: Begin, act: Callable[[Config], None]) -> None:
    engine = create_engine(ENGINES[dialect], creator=lambda: raw, poolclass=StaticPool)
    with engine.connect() as connection:
        begin()  # only now: SQLAlchemy rolls a new connection back
        with connection.begin():
            if dialect == "sqlite":
                _stamp_unstamped(connection)
            act(_config(connection))
            if dialect == "sqlite":
                connection.exec_driver_sql(f"PRAGMA user_version = {int(current(connection) or 0)}")


def current(connection: Connection) -> str | None:
    """The revision that a record has; None if it has no schema."""
    return MigrationContext.configure(connection).get_current_revision()


def _stamp_unstamped(connection: Connection) -> None:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
    if 0 < version < FIRST_STAMPED and current(connection) is None:
        command.stamp(_config(connection), f"{version:04}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
