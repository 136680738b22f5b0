"""A server for each test, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from prefect.storage.store import Store
from tests.server.support import new_database, opened, serving, sqlite_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database that the tests of a module share, in each dialect."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path_factory.mktemp("record"))
    return new_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """The store there."""
    store = opened(database)
    yield store
    store.close()


@pytest.fixture(scope="module")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of a module keep their keys: those of one database share them."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def api(store: Store, server_home: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on that store; base URL is the API's."""
    async with serving(store, server_home) as client:
        yield client
