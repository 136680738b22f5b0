"""What the routes of events and automations read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from prefect.wire.base import Body, NonNegativeInteger, PageLimit
from prefect.wire.events.records import TimeUnit
from prefect.wire.filters.automations import AutomationFilter
from prefect.wire.filters.events import EventFilter
from prefect.wire.filters.sorting import AutomationSort


class EventsFilterBody(Body):
    """Which events."""

    filter: EventFilter | None = None
    limit: Annotated[int, Field(ge=0, le=50)] = 50


class EventsCountBody(Body):
    """Which events to count, by which span of time."""

    filter: EventFilter
    time_interval: Annotated[float, Field(ge=0.01)] = 1.0
    time_unit: TimeUnit = TimeUnit.DAY


class AutomationsFilterBody(Body):
    """Which automations, in which order, from which on."""

    automations: AutomationFilter | None = None
    sort: AutomationSort = AutomationSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class AutomationsCountBody(Body):
    """Which automations to count."""

    automations: AutomationFilter | None = None
