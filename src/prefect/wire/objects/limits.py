"""Concurrency limits: how many may run at once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Integer, Name, NonNegativeFloat, NonNegativeInteger, Record, Request, Shape, Text


class ConcurrencyLimitStrategy(StrEnum):
    """What becomes of a run that finds no slot."""

    ENQUEUE = "ENQUEUE"
    CANCEL_NEW = "CANCEL_NEW"


class ConcurrencyOptions(Shape):
    """What becomes of a deployment's runs beyond its limit."""

    collision_strategy: ConcurrencyLimitStrategy
    grace_period_seconds: Annotated[int, Field(ge=60, le=86400)] | None = None


class ConcurrencyLimit(Record):
    """How many task runs of a tag may run at once."""

    tag: Text
    concurrency_limit: Integer
    active_slots: list[UUID] = Field(default_factory=list)


class ConcurrencyLimitCreate(Request):
    """A limit on a tag to be made."""

    tag: Text
    concurrency_limit: Integer


class ConcurrencyLimitV2(Record):
    """How many may hold a slot of this name at once."""

    name: Name
    active: bool = True
    active_slots: Integer = 0
    avg_slot_occupancy_seconds: float = 2.0
    denied_slots: Integer = 0
    limit: Integer
    slot_decay_per_second: float = 0


class ConcurrencyLimitV2Create(Request):
    """A global limit to be made."""

    active: bool = True
    name: Name
    limit: NonNegativeInteger
    active_slots: NonNegativeInteger = 0
    denied_slots: NonNegativeInteger = 0
    slot_decay_per_second: NonNegativeFloat = 0


class GlobalConcurrencyLimitUpdate(Request):
    """Changes to a global limit that a client asks for."""

    name: Name | None = None
    limit: NonNegativeInteger | None = None
    active: bool | None = None
    active_slots: NonNegativeInteger | None = None
    slot_decay_per_second: NonNegativeFloat | None = None


class ConcurrencyLimitV2Update(GlobalConcurrencyLimitUpdate):
    """Changes to a global limit."""

    denied_slots: NonNegativeInteger | None = None


class GlobalConcurrencyLimitResponse(Record):
    """A global limit as the server answers it."""

    active: bool = True
    name: Text
    limit: Integer
    active_slots: Integer
    slot_decay_per_second: float = 2.0


class MinimalConcurrencyLimitResponse(Shape):
    """A limit of which slots were taken or given back."""

    id: UUID
    name: Text
    limit: Integer


class ConcurrencyLeaseHolder(Request):
    """Who holds slots."""

    type: Literal["flow_run", "task_run", "deployment"]
    id: UUID


class ConcurrencyLimitWithLeaseResponse(Shape):
    """Slots taken for as long as a lease lasts."""

    lease_id: UUID
    limits: list[MinimalConcurrencyLimitResponse]


class ConcurrencyLimitConfig(Shape):
    """How many runs of a deployment may run at once, and what becomes of the others."""

    limit: Integer
    collision_strategy: ConcurrencyLimitStrategy = ConcurrencyLimitStrategy.ENQUEUE
    grace_period_seconds: Annotated[int, Field(ge=60, le=86400)] | None = None


class GlobalConcurrencyLimit(Record):
    """A global limit as clients hold it."""

    name: Text
    limit: Integer
    active: bool | None = True
    active_slots: Integer | None = 0
    slot_decay_per_second: float | None = 0.0


class GlobalConcurrencyLimitCreate(Request):
    """A global limit that a client asks for."""

    name: Name
    limit: NonNegativeInteger
    active: bool | None = True
    active_slots: NonNegativeInteger | None = 0
    slot_decay_per_second: NonNegativeFloat | None = 0.0
