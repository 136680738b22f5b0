"""A flow run and a task run as the running process sees them.

Times are moments in microseconds (`core.times`); the properties named as in the API give datetimes and timedeltas.
Attributes that a run rarely has stand on the class as defaults, so that making a run costs only what it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.core.lifecycle.states import State, StateType
from prefect.core.times import to_datetime


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else to_datetime(micros)


class Run:
    """What flow runs and task runs have in common."""

    id: UUID
    name: str
    state: State[object] | None = None
    tags: Sequence[str] = ()
    labels: Mapping[str, object] = {}
    run_count: int = 0
    sequence: int = -1
    """Number of the newest state, counted from 0."""

    expected_start: int | None = None
    started: int | None = None
    ended: int | None = None
    run_micros: int = 0
    """Time spent in RUNNING states that have ended."""

    answered: UUID | None = None
    """The transition that was asked for where the state is another than the one proposed."""

    created_at: int | None = None
    updated_at: int | None = None

    @property
    def state_type(self) -> StateType | None:
        """Type of the current state."""
        return self.state.type if self.state else None

    @property
    def state_name(self) -> str | None:
        """Name of the current state."""
        return self.state.name if self.state else None

    @property
    def state_id(self) -> UUID | None:
        """Id of the current state."""
        return self.state.id if self.state else None

    @property
    def start_time(self) -> datetime | None:
        """When the run first entered RUNNING."""
        return _moment(self.started)

    @property
    def end_time(self) -> datetime | None:
        """When the run ended."""
        return _moment(self.ended)

    @property
    def expected_start_time(self) -> datetime | None:
        """When the run was to start."""
        return _moment(self.expected_start)

    @property
    def created(self) -> datetime | None:
        """When the run was made."""
        return _moment(self.created_at)

    @property
    def updated(self) -> datetime | None:
        """When the run last changed."""
        return _moment(self.updated_at)

    @property
    def total_run_time(self) -> timedelta:
        """Time spent in RUNNING states."""
        return timedelta(microseconds=self.run_micros)

    def model_dump(self) -> dict[str, object]:
        """The run's facts by their names in the API."""
        return {name: getattr(self, name) for name in self.FACTS}

    FACTS: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={str(self.id)!r}, name={self.name!r}, state={self.state!s})"


class TaskRun(Run):
    """One call of a task."""

    FACTS = (
        "id created updated name flow_run_id task_key dynamic_key cache_key cache_expiration task_version tags labels"
        " state_id task_inputs state_type state_name run_count flow_run_run_count expected_start_time start_time"
        " end_time total_run_time state"
    ).split()

    flow_run_id: UUID | None = None
    parent_task_run_id: UUID | None = None
    task_name: str = ""
    task_key: str = ""
    dynamic_key: str = ""
    map_index: int | None = None
    call_key: bytes | None = None
    cache_key: str | None = None
    cache_expiration: datetime | None = None
    task_version: str | None = None
    task_inputs: Mapping[str, Sequence[object]] = {}
    policy: Mapping[str, object] = {}
    """How it is tried again, as a client of the API said when it made the run."""

    attempt: int = 0
    flow_run_run_count: int = 0
    submitted: int | None = None
    reused_from: UUID | None = None

    def __init__(self, id: UUID, name: str, task_key: str, dynamic_key: str) -> None:
        self.id = id
        self.name = name
        self.task_key = task_key
        self.dynamic_key = dynamic_key


class FlowRun(Run):
    """One run of a flow."""

    FACTS = (
        "id created updated name flow_id state_id deployment_id deployment_version work_queue_name flow_version"
        " parameters idempotency_key context tags labels parent_task_run_id run_count expected_start_time"
        " next_scheduled_start_time start_time end_time total_run_time auto_scheduled infrastructure_pid job_variables"
        " work_queue_id work_pool_name state state_type state_name"
    ).split()

    flow_id: UUID
    flow_name: str = ""
    deployment_id: UUID | None = None
    deployment_version: str | None = None
    flow_version: str | None = None
    parameters: Mapping[str, object] = {}
    idempotency_key: str | None = None
    context: Mapping[str, object] = {}
    parent_task_run_id: UUID | None = None
    parent_flow_run_id: UUID | None = None
    root_flow_run_id: UUID | None = None
    attempt: int = 0
    version: int = 0
    """Incremented by every committed transition; guards against two at once."""

    retries: int = 0
    retry_delay: float = 0.0
    entrypoint: str | None = None
    next_scheduled_start: int | None = None
    auto_scheduled: bool = False
    infrastructure_pid: str | None = None
    job_variables: Mapping[str, object] = {}
    work_queue_id: UUID | None = None
    work_queue_name: str | None = None
    work_pool_id: UUID | None = None
    work_pool_name: str | None = None
    empirical_policy: Mapping[str, object] | None = None
    infrastructure_document_id: UUID | None = None
    created_by: Mapping[str, object] | None = None

    def __init__(self, id: UUID, name: str, flow_id: UUID) -> None:
        self.id = id
        self.name = name
        self.flow_id = flow_id

    @property
    def next_scheduled_start_time(self) -> datetime | None:
        """When the run is next to start."""
        return _moment(self.next_scheduled_start)
