"""Flows."""

from __future__ import annotations

from uuid import UUID

from prefect.client.calls import MISSING, Call, conditions, known, many, new_id, nothing, one, path, searching
from prefect.client.operations.proposals import FlowLike
from prefect.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    TaskRunFilter,
    WorkPoolFilter,
    WorkQueueFilter,
)
from prefect.client.schemas.objects import Flow
from prefect.client.schemas.sorting import FlowSort


def create_flow(flow: FlowLike) -> Call[UUID]:
    """Make a flow, unless there is one of its name, and return the id."""
    return create_flow_from_name(flow.name)


def create_flow_from_name(flow_name: str) -> Call[UUID]:
    """Make a flow, unless there is one of that name, and return the id."""
    return Call("POST", "/flows/", new_id, body={"name": flow_name}, repeatable=True)


def read_flow(flow_id: UUID) -> Call[Flow]:
    """A flow. Raises PrefectHTTPStatusError if there is none."""
    return Call("GET", path("/flows/{}", flow_id), one(Flow))


def read_flow_by_name(flow_name: str) -> Call[Flow]:
    """A flow. Raises PrefectHTTPStatusError if there is none of that name."""
    return Call("GET", path("/flows/name/{}", flow_name), one(Flow))


def read_flows(
    *,
    flow_filter: FlowFilter | None = None,
    flow_run_filter: FlowRunFilter | None = None,
    task_run_filter: TaskRunFilter | None = None,
    deployment_filter: DeploymentFilter | None = None,
    work_pool_filter: WorkPoolFilter | None = None,
    work_queue_filter: WorkQueueFilter | None = None,
    sort: FlowSort | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Call[list[Flow]]:
    """The flows that meet all the filters; at most `limit`, by default as many as the server's page holds."""
    filters = conditions(
        flows=flow_filter,
        flow_runs=flow_run_filter,
        task_runs=task_run_filter,
        deployments=deployment_filter,
        work_pools=work_pool_filter,
        work_queues=work_queue_filter,
    )
    return searching("/flows/filter", many(Flow), {**filters, **known(sort=sort, limit=limit, offset=offset)})


def delete_flow(flow_id: UUID) -> Call[None]:
    """Delete a flow with its deployments. Raises ObjectNotFound."""
    return Call("DELETE", path("/flows/{}", flow_id), nothing, refusals=MISSING)
