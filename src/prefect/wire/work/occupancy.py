"""Who holds the slots of work pools and queues."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import Integer, Moment, Seconds, Shape, Text

Slots = Annotated[Integer, BeforeValidator(lambda value: 0 if value is None else value)]
"""Slots that are held; null is read as none."""


class FlowRunSlotSummary(Shape):
    """A flow run that holds a slot."""

    id: UUID
    name: Text
    state_type: StateType | None = None
    state_name: Text | None = None
    start_time: Moment | None = None
    state_timestamp: Moment | None = None
    time_in_current_state: Seconds | None = None


class WorkQueueConcurrencyStatusDetail(Shape):
    """The slots of one queue of a pool."""

    queue_id: UUID
    queue_name: Text
    active_slots: Slots
    concurrency_limit: Integer | None = None
    flow_runs: list[FlowRunSlotSummary] = Field(default_factory=list)
    flow_run_count: Integer | None = None


class ConcurrencyStatus(Shape):
    """Slots that are held, and the page of their holders."""

    active_slots: Slots
    concurrency_limit: Integer | None = None
    count: Integer
    limit: Integer
    pages: Integer
    page: Integer


class WorkQueueConcurrencyStatus(ConcurrencyStatus):
    """The slots of a queue, and who holds them."""

    flow_runs: list[FlowRunSlotSummary] = Field(default_factory=list)


class WorkPoolConcurrencyStatus(ConcurrencyStatus):
    """The slots of a pool, by queue."""

    queues: list[WorkQueueConcurrencyStatusDetail] = Field(default_factory=list)
