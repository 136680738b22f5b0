"""Which flow runs."""

from __future__ import annotations

from uuid import UUID

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import Filter, Moment, Text
from prefect.wire.filters.common import Combined


class FlowRunFilterCreatedBy(Combined):
    """Which flow runs, by who made them."""

    id_: list[UUID] | None = None
    type_: list[Text] | None = None
    is_null_: bool | None = None


class FlowRunFilterDeploymentId(Combined):
    """Which flow runs, by the deployment that made them."""

    any_: list[UUID] | None = None
    is_null_: bool | None = None


class FlowRunFilterEndTime(Filter):
    """Which flow runs, by when they ended."""

    before_: Moment | None = None
    after_: Moment | None = None
    is_null_: bool | None = None


class FlowRunFilterExpectedStartTime(Filter):
    """Which flow runs, by when they were to start."""

    before_: Moment | None = None
    after_: Moment | None = None


class FlowRunFilterFlowVersion(Filter):
    """Which flow runs, by the flow's version."""

    any_: list[Text] | None = None


class FlowRunFilterId(Filter):
    """Which flow runs, by id."""

    any_: list[UUID] | None = None
    not_any_: list[UUID] | None = None


class FlowRunFilterIdempotencyKey(Filter):
    """Which flow runs, by idempotency key."""

    any_: list[Text] | None = None
    not_any_: list[Text] | None = None


class FlowRunFilterName(Filter):
    """Which flow runs, by name."""

    any_: list[Text] | None = None
    like_: Text | None = None


class FlowRunFilterNextScheduledStartTime(Filter):
    """Which flow runs, by when they are next to start."""

    before_: Moment | None = None
    after_: Moment | None = None


class FlowRunFilterParentFlowRunId(Combined):
    """Which flow runs, by the flow run that called them."""

    any_: list[UUID] | None = None


class FlowRunFilterParentTaskRunId(Combined):
    """Which flow runs, by the task run that stands for them in their parent."""

    any_: list[UUID] | None = None
    is_null_: bool | None = None


class FlowRunFilterStartTime(Filter):
    """Which flow runs, by when they started."""

    before_: Moment | None = None
    after_: Moment | None = None
    is_null_: bool | None = None


class FlowRunFilterStateName(Filter):
    """Which flow runs, by their state's name."""

    any_: list[Text] | None = None
    not_any_: list[Text] | None = None


class FlowRunFilterStateType(Filter):
    """Which flow runs, by their state's type."""

    any_: list[StateType] | None = None
    not_any_: list[StateType] | None = None


class FlowRunFilterTags(Combined):
    """Which flow runs, by tags."""

    all_: list[Text] | None = None
    any_: list[Text] | None = None
    is_null_: bool | None = None


class FlowRunFilterWorkQueueName(Combined):
    """Which flow runs, by the name of their work queue."""

    any_: list[Text] | None = None
    is_null_: bool | None = None


class FlowRunFilterState(Combined):
    """Which flow runs, by state."""

    type: FlowRunFilterStateType | None = None
    name: FlowRunFilterStateName | None = None


class FlowRunFilter(Combined):
    """Which flow runs."""

    id: FlowRunFilterId | None = None
    name: FlowRunFilterName | None = None
    tags: FlowRunFilterTags | None = None
    deployment_id: FlowRunFilterDeploymentId | None = None
    work_queue_name: FlowRunFilterWorkQueueName | None = None
    state: FlowRunFilterState | None = None
    flow_version: FlowRunFilterFlowVersion | None = None
    start_time: FlowRunFilterStartTime | None = None
    end_time: FlowRunFilterEndTime | None = None
    expected_start_time: FlowRunFilterExpectedStartTime | None = None
    next_scheduled_start_time: FlowRunFilterNextScheduledStartTime | None = None
    parent_flow_run_id: FlowRunFilterParentFlowRunId | None = None
    parent_task_run_id: FlowRunFilterParentTaskRunId | None = None
    idempotency_key: FlowRunFilterIdempotencyKey | None = None
    created_by: FlowRunFilterCreatedBy | None = None
