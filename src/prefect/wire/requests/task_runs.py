"""What the routes of task runs and task workers read."""

from __future__ import annotations

from prefect.wire.base import Body, Moment, NonNegativeInteger, PageLimit, PageNumber, Seconds
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.sorting import TaskRunSort
from prefect.wire.filters.task_runs import TaskRunFilter
from prefect.wire.filters.work import WorkPoolFilter, WorkQueueFilter
from prefect.wire.requests.related import RelatedToRuns
from prefect.wire.states import StateCreate


class TaskRunsFilterBody(RelatedToRuns):
    """Which task runs, in which order, from which on."""

    sort: TaskRunSort = TaskRunSort.ID_DESC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class TaskRunsPageBody(RelatedToRuns):
    """A page of task runs."""

    sort: TaskRunSort = TaskRunSort.ID_DESC
    page: PageNumber = 1
    limit: PageLimit = None


class TaskRunsCountBody(RelatedToRuns):
    """Which task runs to count."""


class TaskRunsHistoryBody(RelatedToRuns):
    """Which task runs to count, by state and interval."""

    history_end: Moment
    history_interval_seconds: Seconds
    history_start: Moment


class TaskRunSetStateBody(Body):
    """A state that a task run is to enter; `force` skips the rules."""

    state: StateCreate
    force: bool = False


class TaskRunsByStateBody(RelatedToRuns):
    """Which task runs to count, by state."""


class TaskRunsDashboardBody(Body):
    """Which task runs to count, by time."""

    task_runs: TaskRunFilter
    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None
    work_queues: WorkQueueFilter | None = None
