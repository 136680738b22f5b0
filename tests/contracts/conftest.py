"""A record of either dialect, and a store on it."""

from __future__ import annotations

import pytest

from prefect.storage.store import Store
from tests.support.databases import Place, place, shared_postgres

__all__ = ["place", "shared_postgres"]


@pytest.fixture
def store(place: Place) -> Store:
    return place.store()
