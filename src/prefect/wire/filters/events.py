"""Which events."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Filter, Moment, Text, now
from prefect.wire.events.resources import ResourceSpecification


def half_a_year_ago() -> datetime:
    """Midnight 180 days ago, in UTC."""
    return (now() - timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)


class EventOrder(StrEnum):
    """Oldest or newest first."""

    ASC = "ASC"
    DESC = "DESC"


class EventAnyResourceFilter(Filter):
    """Which events, by any resource that takes part."""

    id: list[Text] | None = None
    id_prefix: list[Text] | None = None
    labels: ResourceSpecification | None = None


class EventIDFilter(Filter):
    """Which events, by id."""

    id: list[UUID] | None = None


class EventNameFilter(Filter):
    """Which events, by name."""

    name: list[Text] | None = None
    exclude_name: list[Text] | None = None
    exclude_prefix: list[Text] | None = None
    prefix: list[Text] | None = None


class EventOccurredFilter(Filter):
    """Which events, by when they occurred."""

    since: Moment = Field(default_factory=half_a_year_ago)
    until: Moment = Field(default_factory=now)


class EventRelatedFilter(Filter):
    """Which events, by a related resource."""

    id: list[Text] | None = None
    labels: ResourceSpecification | None = None
    resources_in_roles: list[tuple[Text, Text]] | None = None
    role: list[Text] | None = None


class EventResourceFilter(Filter):
    """Which events, by the resource they are about."""

    id: list[Text] | None = None
    distinct: bool = False
    id_prefix: list[Text] | None = None
    labels: ResourceSpecification | None = None


class EventTextFilter(Filter):
    """Which events, by words: `-word` excludes, `+word` requires, quotes keep a phrase together."""

    query: Annotated[Text, Field(max_length=200)]


class EventFilter(Filter):
    """Which events, in which order."""

    id: EventIDFilter = Field(default_factory=EventIDFilter)
    event: EventNameFilter | None = None
    resource: EventResourceFilter | None = None
    any_resource: EventAnyResourceFilter | list[EventAnyResourceFilter] | None = None
    occurred: EventOccurredFilter = Field(default_factory=EventOccurredFilter)
    order: EventOrder = EventOrder.DESC
    related: EventRelatedFilter | list[EventRelatedFilter] | None = None
    text: EventTextFilter | None = None
