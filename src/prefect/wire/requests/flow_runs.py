"""What the routes of flow runs read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from prefect.wire.base import Body, JsonObject, Moment, NonNegativeInteger, PageLimit, PageNumber, Seconds, Text
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.sorting import FlowRunSort
from prefect.wire.filters.work import WorkQueueFilter
from prefect.wire.requests.related import RelatedToPools, RelatedToQueues
from prefect.wire.states import StateCreate


class FlowRunsFilterBody(RelatedToQueues):
    """Which flow runs, in which order, from which on."""

    sort: FlowRunSort = FlowRunSort.ID_DESC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class FlowRunsPageBody(RelatedToQueues):
    """A page of flow runs."""

    sort: FlowRunSort = FlowRunSort.ID_DESC
    page: PageNumber = 1
    limit: PageLimit = None


class FlowRunsCountBody(RelatedToQueues):
    """Which flow runs to count."""


class FlowRunsLatenessBody(RelatedToQueues):
    """Which flow runs to average the lateness of."""


class FlowRunsHistoryBody(RelatedToPools):
    """Which flow runs to count, by state and interval."""

    work_queues: WorkQueueFilter | None = None
    history_end: Moment
    history_interval_seconds: Seconds
    history_start: Moment


class FlowRunSetStateBody(Body):
    """A state that a flow run is to enter; `force` skips the rules."""

    state: StateCreate
    force: bool = False


class FlowRunsBulkSetStateBody(Body):
    """A state that several flow runs are to enter."""

    flow_runs: FlowRunFilter | None = None
    state: StateCreate
    force: bool = False
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class FlowRunsBulkDeleteBody(Body):
    """Which flow runs to delete."""

    flow_runs: FlowRunFilter | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class FlowRunResumeBody(Body):
    """What a paused flow run is to go on with."""

    run_input: JsonObject | None = None


class FlowRunInputCreateBody(Body):
    """A value to send to a flow run; `value` is JSON text."""

    key: Text
    value: Text
    sender: Text | None = None


class FlowRunInputsFilterBody(Body):
    """Which values sent to a flow run."""

    prefix: Text
    exclude_keys: list[Text] = Field(default_factory=list)
    limit: NonNegativeInteger = 1


class FlowRunsPlotBody(RelatedToPools):
    """Which flow runs to plot, in which order, from which on."""

    sort: FlowRunSort = FlowRunSort.EXPECTED_START_TIME_DESC
    limit: Annotated[int, Field(ge=0, le=1000), WithJsonSchema({"type": "integer", "maximum": 1000})] = 1000
    offset: NonNegativeInteger = 0


class TaskRunsByFlowRunBody(Body):
    """Flow runs whose task runs to count."""

    flow_run_ids: list[UUID]
