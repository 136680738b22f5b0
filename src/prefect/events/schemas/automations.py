"""Automations: when this happens, do that."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Shape
from prefect.wire.events.automations import AutomationCreate
from prefect.wire.events.resources import ResourceSpecification
from prefect.wire.events.triggers import (
    CompositeTrigger,
    CompoundTrigger,
    EventTrigger,
    SequenceTrigger,
    Trigger,
    TriggerTypes,
    anything,
)

__all__ = [
    "Automation",
    "AutomationCore",
    "CompositeTrigger",
    "CompoundTrigger",
    "EventTrigger",
    "MetricTrigger",
    "MetricTriggerOperator",
    "MetricTriggerQuery",
    "Posture",
    "PrefectMetric",
    "ResourceTrigger",
    "SequenceTrigger",
    "Trigger",
    "TriggerTypes",
]

SHORTEST_RANGE = timedelta(seconds=300)


class Posture(StrEnum):
    """Whether a trigger waits for something to happen, to be missing, or to be measured."""

    Reactive = "Reactive"
    Proactive = "Proactive"
    Metric = "Metric"


class AutomationCore(AutomationCreate):
    """What an automation is: a trigger, and what to do when it fires."""


class Automation(AutomationCore):
    """An automation that has been made."""

    id: UUID


class ResourceTrigger(Trigger):
    """A trigger on resources."""

    match: ResourceSpecification = Field(default_factory=anything)
    match_related: ResourceSpecification | list[ResourceSpecification] = Field(default_factory=anything)


class PrefectMetric(StrEnum):
    """What can be measured."""

    lateness = "lateness"
    duration = "duration"
    successes = "successes"


class MetricTriggerOperator(StrEnum):
    """How a measure is compared."""

    LT = "<"
    LTE = "<="
    GT = ">"
    GTE = ">="


class MetricTriggerQuery(Shape):
    """Which measure, compared with what, over which time."""

    name: PrefectMetric
    threshold: float
    operator: MetricTriggerOperator
    range: Annotated[timedelta, Field(ge=SHORTEST_RANGE)] = SHORTEST_RANGE
    firing_for: Annotated[timedelta, Field(ge=SHORTEST_RANGE)] = SHORTEST_RANGE


class MetricTrigger(ResourceTrigger):
    """A measure that goes beyond a threshold; Prefect Cloud has those, a server has not."""

    type: Literal["metric"] = "metric"
    posture: Literal[Posture.Metric] = Posture.Metric
    metric: MetricTriggerQuery
