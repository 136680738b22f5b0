"""When automations act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Discriminator, Field, Tag, WithJsonSchema, model_validator

from prefect.wire.base import Integer, Seconds, Shape, Text, new_id
from prefect.wire.events.resources import ResourceSpecification

PROACTIVE_WITHIN = timedelta(seconds=10)
"""The least time in which something may be expected not to happen."""


def anything() -> ResourceSpecification:
    """A specification that every resource meets."""
    return ResourceSpecification({})


class Trigger(Shape):
    """When an automation acts."""

    type: str
    id: UUID = Field(default_factory=new_id)


class EventTrigger(Trigger):
    """Events that are (Reactive) or are not (Proactive) seen `threshold` times within a time."""

    type: Literal["event"] = "event"
    match: ResourceSpecification = Field(default_factory=anything)
    match_related: ResourceSpecification | list[ResourceSpecification] = Field(default_factory=anything)
    after: set[Text] = Field(default_factory=set)
    expect: set[Text] = Field(default_factory=set)
    for_each: set[Text] = Field(default_factory=set)
    posture: Literal["Reactive", "Proactive"]
    threshold: Integer = 1
    within: Annotated[timedelta, Field(ge=timedelta(0)), WithJsonSchema({"type": "number"})] = Field(
        default=timedelta(0), json_schema_extra={"default": 0.0}
    )

    @model_validator(mode="after")
    def _leaves_time(self) -> Self:
        if self.posture == "Proactive":
            if self.within == timedelta(0):
                self.within = PROACTIVE_WITHIN
            if self.within < PROACTIVE_WITHIN:
                raise ValueError("`within` for Proactive triggers must be greater than or equal to 10 seconds")
        return self


class CompositeTrigger(Trigger):
    """Several triggers that fire within a time."""

    triggers: list[TriggerTypes]
    within: Seconds | None


class CompoundTrigger(CompositeTrigger):
    """Several triggers, of which any, all or so many fire within a time."""

    type: Literal["compound"] = "compound"
    require: Integer | Literal["any", "all"]

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        if isinstance(self.require, int):
            if self.require < 1:
                raise ValueError("require must be at least 1")
            if self.require > len(self.triggers):
                raise ValueError("require must be less than or equal to the number of triggers")
        return self


class SequenceTrigger(CompositeTrigger):
    """Several triggers that fire within a time, in order."""

    type: Literal["sequence"] = "sequence"


def _kind(given: object) -> str | None:
    if not isinstance(given, Mapping):
        return getattr(given, "type", None)
    if "type" in given:
        return str(given["type"])
    return "compound" if "require" in given else "sequence" if "triggers" in given else "event"


TriggerTypes = Annotated[
    Annotated[EventTrigger, Tag("event")]
    | Annotated[CompoundTrigger, Tag("compound")]
    | Annotated[SequenceTrigger, Tag("sequence")],
    Discriminator(_kind),
]
