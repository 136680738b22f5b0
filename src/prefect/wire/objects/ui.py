"""What only the web UI asks for."""

from __future__ import annotations

from uuid import UUID

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import Integer, Moment, Root, Seconds, Shape, Text


class CountByState(Shape):
    """Task runs by the type of their state."""

    CANCELLED: Integer = 0
    CANCELLING: Integer = 0
    COMPLETED: Integer = 0
    CRASHED: Integer = 0
    FAILED: Integer = 0
    PAUSED: Integer = 0
    PENDING: Integer = 0
    RUNNING: Integer = 0
    SCHEDULED: Integer = 0


class SimpleFlowRun(Shape):
    """A flow run as a point of a plot."""

    id: UUID
    duration: Seconds
    lateness: Seconds
    state_type: StateType
    timestamp: Moment


class SimpleNextFlowRun(Shape):
    """The next run of a flow."""

    id: UUID
    name: Text
    flow_id: UUID
    next_scheduled_start_time: Moment
    state_name: Text
    state_type: StateType


class SchemaValueIndexError(Shape):
    """What is wrong with an item of a list."""

    errors: list[Text | SchemaValuePropertyError | SchemaValueIndexError]
    index: Integer


class SchemaValuePropertyError(Shape):
    """What is wrong with a property."""

    errors: list[Text | SchemaValuePropertyError | SchemaValueIndexError]
    property: Text


class SchemaValuesValidationResponse(Shape):
    """Whether values fit a schema, and what is wrong."""

    errors: list[Text | SchemaValuePropertyError | SchemaValueIndexError]
    valid: bool


class TaskRunCount(Root[dict[str, int]]):
    """Task runs of a span of time that completed and that failed."""
