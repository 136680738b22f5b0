"""A PostgreSQL database, and one at the end of a cable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cable import Cable
from tests.support.databases import Place, emptied, postgres_place, shared_postgres

__all__ = ["shared_postgres"]


@pytest.fixture
def place(shared_postgres: Place) -> Iterator[Place]:
    with emptied(shared_postgres) as made:
        yield made


@pytest.fixture
def new_place(postgres_url: str) -> Iterator[Place]:
    """A database with nothing in it, not even a schema."""
    with postgres_place(postgres_url) as made:
        yield made


@pytest.fixture
def cable(place: Place) -> Iterator[Cable]:
    port = place.url.rpartition("/")[0].rpartition(":")[2]
    with Cable(int(port)) as made:
        yield made


@pytest.fixture
def far(place: Place, cable: Cable) -> Iterator[Place]:
    """The same database through the cable."""
    made = Place("postgresql", f"postgresql://postgres@127.0.0.1:{cable.port}/{place.url.rpartition('/')[2]}")
    yield made
    made.close()
