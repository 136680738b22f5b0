"""Which task runs."""

from __future__ import annotations

from uuid import UUID

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import Filter, Moment, Text
from prefect.wire.filters.common import Combined


class TaskRunFilterEndTime(Filter):
    """Which task runs, by when they ended."""

    before_: Moment | None = None
    after_: Moment | None = None
    is_null_: bool | None = None


class TaskRunFilterExpectedStartTime(Filter):
    """Which task runs, by when they were to start."""

    after_: Moment | None = None
    before_: Moment | None = None


class TaskRunFilterFlowRunId(Combined):
    """Which task runs, by the flow run they belong to."""

    any_: list[UUID] | None = None
    is_null_: bool | None = False


class TaskRunFilterId(Filter):
    """Which task runs, by id."""

    any_: list[UUID] | None = None


class TaskRunFilterName(Filter):
    """Which task runs, by name."""

    any_: list[Text] | None = None
    like_: Text | None = None


class TaskRunFilterStartTime(Filter):
    """Which task runs, by when they started."""

    before_: Moment | None = None
    after_: Moment | None = None
    is_null_: bool | None = None


class TaskRunFilterStateName(Filter):
    """Which task runs, by their state's name."""

    any_: list[Text] | None = None


class TaskRunFilterStateType(Filter):
    """Which task runs, by their state's type."""

    any_: list[StateType] | None = None


class TaskRunFilterSubFlowRuns(Filter):
    """Which task runs, by whether they stand for a subflow run."""

    exists_: bool | None = None


class TaskRunFilterTags(Combined):
    """Which task runs, by tags."""

    all_: list[Text] | None = None
    is_null_: bool | None = None


class TaskRunFilterState(Combined):
    """Which task runs, by state."""

    type: TaskRunFilterStateType | None = None
    name: TaskRunFilterStateName | None = None


class TaskRunFilter(Combined):
    """Which task runs."""

    id: TaskRunFilterId | None = None
    name: TaskRunFilterName | None = None
    tags: TaskRunFilterTags | None = None
    state: TaskRunFilterState | None = None
    start_time: TaskRunFilterStartTime | None = None
    end_time: TaskRunFilterEndTime | None = None
    subflow_runs: TaskRunFilterSubFlowRuns | None = None
    flow_run_id: TaskRunFilterFlowRunId | None = None
    expected_start_time: TaskRunFilterExpectedStartTime | None = None
