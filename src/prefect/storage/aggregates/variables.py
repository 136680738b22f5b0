"""Variables: lists and counts, one by name or id."""

from __future__ import annotations

from uuid import UUID

from prefect.storage.aggregates.filters import VARIABLES
from prefect.storage.aggregates.pages import count_of, one_of, page_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Given, where
from prefect.storage.tables import variable

SORTS = {
    "CREATED_DESC": variable.c.created.desc(),
    "UPDATED_DESC": variable.c.updated.desc(),
    "NAME_DESC": variable.c.name.desc(),
    "NAME_ASC": variable.c.name.asc(),
}
EVERY = 1 << 31


def page(
    reading: Reading, limit: int | None = None, offset: int = 0, given: Given | None = None, sort: str = "NAME_ASC"
) -> list[Record]:
    """Variables that match a filter."""
    most = EVERY if limit is None else limit
    return page_of(reading, variable, where(VARIABLES, given), (SORTS[sort], variable.c.id), most, offset)


def count(reading: Reading, given: Given | None) -> int:
    """How many variables match a filter."""
    return count_of(reading, variable, where(VARIABLES, given))


def by_name(reading: Reading, name: str) -> Record | None:
    """The variable of that name; None if there is none."""
    return one_of(reading, variable, variable.c.name == name)


def by_id(reading: Reading, variable_id: UUID) -> Record | None:
    """The variable of that id; None if there is none."""
    return one_of(reading, variable, variable.c.id == variable_id)
