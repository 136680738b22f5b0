"""Task runs and their states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID, uuid4

from prefect.client.calls import (
    MISSING,
    AnyState,
    Call,
    JsonObject,
    conditions,
    given,
    known,
    listed,
    many,
    nothing,
    one,
    path,
    raw,
    searching,
    states,
)
from prefect.client.operations.proposals import TaskLike, proposed, transition
from prefect.client.schemas.filters import DeploymentFilter, FlowFilter, FlowRunFilter, TaskRunFilter
from prefect.client.schemas.objects import Constant, FlowRunResult, Parameter, TaskRun, TaskRunResult
from prefect.client.schemas.responses import OrchestrationResult
from prefect.client.schemas.sorting import TaskRunSort
from prefect.core.lifecycle.states import State, StateType

if TYPE_CHECKING:
    import httpx

Inputs: TypeAlias = dict[str, list[TaskRunResult | FlowRunResult | Parameter | Constant]]


def create_task_run(
    task: TaskLike,
    flow_run_id: UUID | None,
    dynamic_key: str,
    id: UUID | None = None,
    name: str | None = None,
    extra_tags: Iterable[str] | None = None,
    state: AnyState | None = None,
    task_inputs: Inputs | None = None,
) -> Call[TaskRun]:
    """Make a run of a task; it is Pending unless `state` is given, and the server names it unless `name` is."""
    body = {
        "id": id or uuid4(),
        "flow_run_id": flow_run_id,
        "task_key": task.task_key,
        "dynamic_key": str(dynamic_key),
        "task_version": task.version,
        "tags": sorted({*task.tags, *listed(extra_tags)}),
        "state": proposed(state or State(StateType.PENDING)),
        "empirical_policy": {
            "retries": task.retries,
            "retry_delay": task.retry_delay_seconds,
            "retry_jitter_factor": task.retry_jitter_factor,
        },
        "task_inputs": {key: [given_in_full(item) for item in items] for key, items in (task_inputs or {}).items()},
        **known(name=name),
    }
    return Call("POST", "/task_runs/", one(TaskRun), body=body, repeatable=True)


def given_in_full(item: TaskRunResult | FlowRunResult | Parameter | Constant) -> JsonObject:
    """An input with the field that says what it is."""
    return {"input_type": item.input_type, **given(item)}


def read_task_run(task_run_id: UUID) -> Call[TaskRun]:
    """A task run. Raises ObjectNotFound."""
    return Call("GET", path("/task_runs/{}", task_run_id), one(TaskRun), refusals=MISSING)


def read_task_runs(
    *,
    flow_filter: FlowFilter | None = None,
    flow_run_filter: FlowRunFilter | None = None,
    task_run_filter: TaskRunFilter | None = None,
    deployment_filter: DeploymentFilter | None = None,
    sort: TaskRunSort | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Call[list[TaskRun]]:
    """The task runs that meet all the filters; at most `limit`, by default as many as the server's page holds."""
    filters = conditions(
        flows=flow_filter, flow_runs=flow_run_filter, task_runs=task_run_filter, deployments=deployment_filter
    )
    return searching("/task_runs/filter", many(TaskRun), {**filters, **known(sort=sort, limit=limit, offset=offset)})


def delete_task_run(task_run_id: UUID) -> Call[None]:
    """Delete a task run. Raises ObjectNotFound."""
    return Call("DELETE", path("/task_runs/{}", task_run_id), nothing, refusals=MISSING)


def set_task_run_name(task_run_id: UUID, name: str) -> Call[httpx.Response]:
    """Name a task run. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", path("/task_runs/{}", task_run_id), raw, body={"name": name})


def set_task_run_state(task_run_id: UUID, state: AnyState, force: bool = False) -> Call[OrchestrationResult]:
    """Propose a state for a task run; what the server decided is returned. `force` skips its rules."""
    body = transition(state, force, task_run_id=task_run_id)
    decided = one(OrchestrationResult)
    return Call("POST", path("/task_runs/{}/set_state", task_run_id), decided, body=body, repeatable=True)


def read_task_run_states(task_run_id: UUID) -> Call[list[AnyState]]:
    """The states of a task run, oldest first."""
    return Call("GET", "/task_run_states/", states, params={"task_run_id": task_run_id})
