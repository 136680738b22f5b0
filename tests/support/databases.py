"""Records for tests that run on both dialects: a file, or a database of the tests' own PostgreSQL server."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from prefect.storage.store import Store, StoreOptions, open_store

DIALECTS = ("sqlite", "postgresql")
HERE = "host/boot/1/1"
_numbers = count(1)


class Place:
    """One database: opened as a store, and read as a stranger would."""

    def __init__(self, dialect: str, url: str) -> None:
        self.dialect, self.url = dialect, url
        self.stores: list[Store] = []

    def store(self, process: str = HERE, **options: Any) -> Store:
        store = open_store(self.url, process, StoreOptions(**{"busy_timeout": 20.0, **options}))
        self.stores.append(store)
        return store

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What another process reads."""
        if self.dialect == "sqlite":
            with closing(sqlite3.connect(self.path, timeout=20)) as connection:
                return connection.execute(sql, parameters).fetchall()
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.replace("?", "%s"), parameters or None, binary=True).fetchall()  # type: ignore[arg-type]

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def close(self) -> None:
        for store in self.stores:
            store.close()


@contextmanager
def sqlite_place(folder: Path) -> Iterator[Place]:
    place = Place("sqlite", f"sqlite:///{folder / 'prefect.db'}")
    yield place
    place.close()


@contextmanager
def postgres_place(server_url: str) -> Iterator[Place]:
    """A new, empty database on the server, gone afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _administer(server_url, f"CREATE DATABASE {name}")
    place = Place("postgresql", f"{server_url.rpartition('/')[0]}/{name}")
    try:
        yield place
        place.close()
    finally:
        _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def emptied(shared: Place) -> Iterator[Place]:
    """A database that others have used and will use, with nothing in its tables: quicker than a new one."""
    if not shared.rows("SELECT 1 FROM pg_class WHERE relname = 'alembic_version'"):
        shared.store().read(lambda tx: tx.one("SELECT 1"))
        shared.close()
    place = Place(shared.dialect, shared.url)
    yield place
    place.close()
    tables = [f'DELETE FROM "{name}"' for (name,) in shared.rows(_TABLES)]
    _administer(shared.url, "; ".join(tables))


_TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'alembic_version'
AND relnamespace = 'public'::regnamespace
"""


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def shared_postgres(postgres_url: str) -> Iterator[Place]:
    with postgres_place(postgres_url) as place:
        yield place


@pytest.fixture(params=DIALECTS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A record of either dialect."""
    if request.param == "sqlite":
        with sqlite_place(tmp_path) as made:
            yield made
    else:
        with emptied(request.getfixturevalue("shared_postgres")) as made:
            yield made
