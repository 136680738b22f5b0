"""Automations: pages and counts, and those that have to do with a resource."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from prefect.storage.aggregates.pages import count_of, one_of, page_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import FieldFilter, Given, plain, tags, where
from prefect.storage.tables import automation, automation_resource

AUTOMATIONS: Mapping[str, FieldFilter] = {
    "id": plain(automation.c.id),
    "name": plain(automation.c.name),
    "created": plain(automation.c.created),
    "tags": tags(automation.c.tags),
}
SORTS = {
    "CREATED_DESC": automation.c.created.desc(),
    "UPDATED_DESC": automation.c.updated.desc(),
    "NAME_ASC": automation.c.name.asc(),
    "NAME_DESC": automation.c.name.desc(),
}


def page(reading: Reading, given: Given, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """Automations that match a filter."""
    order = (SORTS[sort], automation.c.id.desc())
    return page_of(reading, automation, where(AUTOMATIONS, given), order, limit, offset)


def count(reading: Reading, given: Given) -> int:
    """How many automations match a filter."""
    return count_of(reading, automation, where(AUTOMATIONS, given))


def by_id(reading: Reading, automation_id: UUID) -> Record | None:
    """The automation of that id; None if there is none."""
    return one_of(reading, automation, automation.c.id == automation_id)


def related_to(reading: Reading, resource_id: str) -> list[Record]:
    """The automations that belong to a resource or act on it."""
    links = select(automation_resource.c.automation_id).where(automation_resource.c.resource_id == resource_id)
    return page_of(reading, automation, automation.c.id.in_(links), (automation.c.name.asc(), automation.c.id), 1000)
