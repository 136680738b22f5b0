"""Flow runs, their states and the inputs sent to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from prefect.client.calls import (
    MISSING,
    AnyState,
    Call,
    Calls,
    JsonObject,
    ask,
    conditions,
    given,
    known,
    listed,
    many,
    nothing,
    one,
    path,
    plain,
    raw,
    searching,
    state,
    states,
    text,
)
from prefect.client.operations.flows import create_flow
from prefect.client.operations.proposals import FlowLike, as_id, proposed, transition
from prefect.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    TaskRunFilter,
    WorkPoolFilter,
    WorkQueueFilter,
)
from prefect.client.schemas.objects import FlowRun, FlowRunInput, FlowRunPolicy
from prefect.client.schemas.responses import OrchestrationResult
from prefect.client.schemas.sorting import FlowRunSort
from prefect.core.lifecycle.states import State, StateType

if TYPE_CHECKING:
    import httpx


def create_flow_run(
    flow: FlowLike,
    name: str | None = None,
    parameters: JsonObject | None = None,
    context: JsonObject | None = None,
    tags: Iterable[str] | None = None,
    parent_task_run_id: UUID | None = None,
    state: AnyState | None = None,
    work_pool_name: str | None = None,
    work_queue_name: str | None = None,
    job_variables: JsonObject | None = None,
) -> Calls[FlowRun]:
    """Make a run of a flow, and the flow itself if it is not known; the run is Pending unless `state` is given."""
    flow_id = yield from ask(create_flow(flow))
    body = {
        "flow_id": flow_id,
        "flow_version": flow.version,
        "parameters": flow.serialize_parameters(parameters or {}),
        "context": context or {},
        "tags": listed(tags),
        "state": proposed(state or State(StateType.PENDING)),
        "empirical_policy": {"retries": flow.retries, "retry_delay": int(flow.retry_delay_seconds or 0)},
        "idempotency_key": str(uuid4()),
        **known(
            name=name,
            parent_task_run_id=parent_task_run_id,
            work_pool_name=work_pool_name,
            work_queue_name=work_queue_name,
            job_variables=job_variables,
        ),
    }
    return (yield from ask(Call("POST", "/flow_runs/", one(FlowRun), body=body, repeatable=True)))


def update_flow_run(
    flow_run_id: UUID,
    flow_version: str | None = None,
    parameters: JsonObject | None = None,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    empirical_policy: FlowRunPolicy | None = None,
    infrastructure_pid: str | None = None,
    job_variables: JsonObject | None = None,
) -> Call[httpx.Response]:
    """Change what is given of a flow run. Raises PrefectHTTPStatusError if there is none."""
    body = known(
        flow_version=flow_version,
        parameters=parameters,
        name=name,
        tags=None if tags is None else list(tags),
        empirical_policy=None if empirical_policy is None else given(empirical_policy),
        infrastructure_pid=infrastructure_pid,
        job_variables=job_variables,
    )
    return Call("PATCH", path("/flow_runs/{}", flow_run_id), raw, body=body)


def update_flow_run_labels(flow_run_id: UUID, labels: JsonObject) -> Call[None]:
    """Add labels to a flow run, or change them."""
    return Call("PATCH", path("/flow_runs/{}/labels", flow_run_id), nothing, body=labels)


def delete_flow_run(flow_run_id: UUID) -> Call[None]:
    """Delete a flow run. Raises ObjectNotFound."""
    return Call("DELETE", path("/flow_runs/{}", flow_run_id), nothing, refusals=MISSING)


def read_flow_run(flow_run_id: UUID) -> Call[FlowRun]:
    """A flow run. Raises ObjectNotFound."""
    return Call("GET", path("/flow_runs/{}", flow_run_id), one(FlowRun), refusals=MISSING)


def read_flow_runs(
    *,
    flow_filter: FlowFilter | None = None,
    flow_run_filter: FlowRunFilter | None = None,
    task_run_filter: TaskRunFilter | None = None,
    deployment_filter: DeploymentFilter | None = None,
    work_pool_filter: WorkPoolFilter | None = None,
    work_queue_filter: WorkQueueFilter | None = None,
    sort: FlowRunSort | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Call[list[FlowRun]]:
    """The flow runs that meet all the filters; at most `limit`, by default as many as the server's page holds."""
    filters = conditions(
        flows=flow_filter,
        flow_runs=flow_run_filter,
        task_runs=task_run_filter,
        deployments=deployment_filter,
        work_pools=work_pool_filter,
        work_pool_queues=work_queue_filter,
    )
    return searching("/flow_runs/filter", many(FlowRun), {**filters, **known(sort=sort, limit=limit, offset=offset)})


def count_flow_runs(
    *,
    flow_filter: FlowFilter | None = None,
    flow_run_filter: FlowRunFilter | None = None,
    task_run_filter: TaskRunFilter | None = None,
    deployment_filter: DeploymentFilter | None = None,
    work_pool_filter: WorkPoolFilter | None = None,
    work_queue_filter: WorkQueueFilter | None = None,
) -> Call[int]:
    """How many flow runs meet all the filters."""
    filters = conditions(
        flows=flow_filter,
        flow_runs=flow_run_filter,
        task_runs=task_run_filter,
        deployments=deployment_filter,
        work_pools=work_pool_filter,
        work_pool_queues=work_queue_filter,
    )
    return searching("/flow_runs/count", plain, filters)


def set_flow_run_name(flow_run_id: UUID, name: str) -> Call[httpx.Response]:
    """Name a flow run. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", path("/flow_runs/{}", flow_run_id), raw, body={"name": name})


# --- states


def set_flow_run_state(flow_run_id: UUID | str, state: AnyState, force: bool = False) -> Call[OrchestrationResult]:
    """Propose a state for a flow run; what the server decided is returned. `force` skips its rules.

    Raises ObjectNotFound.
    """
    run = as_id(flow_run_id)
    body = transition(state, force, flow_run_id=run)
    decided = one(OrchestrationResult)
    return Call("POST", path("/flow_runs/{}/set_state", run), decided, body=body, refusals=MISSING, repeatable=True)


def resume_flow_run(flow_run_id: UUID, run_input: JsonObject | None = None) -> Call[OrchestrationResult]:
    """Let a paused flow run go on, with input if it waits for some; what the server decided is returned."""
    decided = one(OrchestrationResult)
    return Call("POST", path("/flow_runs/{}/resume", flow_run_id), decided, body={"run_input": run_input})


def read_flow_run_states(flow_run_id: UUID) -> Call[list[AnyState]]:
    """The states of a flow run, oldest first."""
    return Call("GET", "/flow_run_states/", states, params={"flow_run_id": flow_run_id})


def read_flow_run_state(flow_run_state_id: UUID) -> Call[AnyState]:
    """One state of a flow run. Raises ObjectNotFound."""
    return Call("GET", path("/flow_run_states/{}", flow_run_state_id), state, refusals=MISSING)


# --- inputs


def create_flow_run_input(flow_run_id: UUID, key: str, value: str, sender: str | None = None) -> Call[None]:
    """Send a value, as JSON text, to a flow run. Raises PrefectHTTPStatusError if the key is taken."""
    body = {"key": key, "value": value, "sender": sender}
    return Call("POST", path("/flow_runs/{}/input", flow_run_id), nothing, body=body)


def filter_flow_run_input(
    flow_run_id: UUID, key_prefix: str, limit: int, exclude_keys: set[str]
) -> Call[list[FlowRunInput]]:
    """The oldest inputs of a flow run whose keys begin with the prefix, but for the keys to exclude."""
    body = {"prefix": key_prefix, "limit": limit, "exclude_keys": sorted(exclude_keys)}
    return searching(path("/flow_runs/{}/input/filter", flow_run_id), many(FlowRunInput), body)


def read_flow_run_input(flow_run_id: UUID, key: str) -> Call[str]:
    """An input of a flow run as JSON text. Raises PrefectHTTPStatusError if there is none."""
    return Call("GET", path("/flow_runs/{}/input/{}", flow_run_id, key), text)


def delete_flow_run_input(flow_run_id: UUID, key: str) -> Call[None]:
    """Delete an input of a flow run. Raises PrefectHTTPStatusError if there is none."""
    return Call("DELETE", path("/flow_runs/{}/input/{}", flow_run_id, key), nothing)
