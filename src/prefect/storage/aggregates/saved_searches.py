"""Saved searches: by name, and one by id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import true

from prefect.storage.aggregates.pages import one_of, page_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import saved_search


def page(reading: Reading, limit: int, offset: int = 0) -> list[Record]:
    """All saved searches by name."""
    return page_of(reading, saved_search, true(), (saved_search.c.name,), limit, offset)


def by_id(reading: Reading, search_id: UUID) -> Record | None:
    """The saved search of that id; None if there is none."""
    return one_of(reading, saved_search, saved_search.c.id == search_id)
