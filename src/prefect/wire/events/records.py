"""Events: what happened, when, and to which resources."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from prefect.wire.base import Integer, JsonObject, Moment, Shape, Text, now
from prefect.wire.events.resources import RelatedResource, Resource


class Event(Shape):
    """Something that happened to a resource."""

    id: UUID
    event: Text
    resource: Resource
    follows: UUID | None = None
    occurred: Moment
    payload: JsonObject = Field(default_factory=dict)
    related: list[RelatedResource] = Field(default_factory=list)


class ReceivedEvent(Event):
    """An event as the server took it in."""

    received: Moment = Field(default_factory=now)


NextPage = Annotated[Text, Field(min_length=1), WithJsonSchema({"type": "string", "format": "uri", "minLength": 1})]


class EventPage(Shape):
    """A page of events, and where the next one is."""

    events: list[ReceivedEvent]
    total: Integer
    next_page: NextPage | None


class Countable(StrEnum):
    """What events are counted by."""

    DAY = "day"
    TIME = "time"
    EVENT = "event"
    RESOURCE = "resource"


class TimeUnit(StrEnum):
    """Units of time."""

    WEEK = "week"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    SECOND = "second"


class EventCount(Shape):
    """How many events a day, time, event or resource has."""

    count: Integer
    end_time: Moment
    label: Text
    start_time: Moment
    value: Text
