"""What can be filtered by: the fields of each table, and how filters of one table narrow another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select, true

from prefect.storage.aggregates.where import (
    Condition,
    FieldFilter,
    Given,
    among,
    began,
    combined,
    like,
    nested,
    plain,
    tags,
    text,
    where,
)
from prefect.storage.tables import (
    artifact,
    concurrency_limit,
    deployment,
    flow,
    flow_run,
    log,
    task_run,
    variable,
    work_pool,
    work_queue,
    worker,
)

Fields = Mapping[str, FieldFilter]
Filters = Mapping[str, Given | None]
"""Filters by what they are about: `flows`, `flow_runs`, `task_runs`, `deployments`, `work_pools`, `work_pool_queues`."""


def _state(table_types: ColumnElement[Any], table_names: ColumnElement[Any]) -> FieldFilter:
    return nested({"type": plain(table_types), "name": plain(table_names)})


def _has_deployment(given: Given) -> Condition:
    exists = select(deployment.c.id).where(deployment.c.flow_id == flow.c.id).exists()
    wanted = given.get("is_null_")
    return true() if wanted is None else ~exists if wanted else exists


def _created_by(given: Given) -> Condition:
    made_by = flow_run.c.created_by
    conditions: list[Condition] = []
    if given.get("is_null_") is not None:
        conditions.append(made_by.is_(None) if given["is_null_"] else made_by.is_not(None))
    for key, names in (("id", given.get("id_")), ("type", given.get("type_"))):
        if names is not None:
            conditions.append(or_(*(_json_text(made_by, key, str(name)) for name in names)))
    return combined(given, conditions)


def _json_text(column: ColumnElement[Any], key: str, value: str) -> Condition:
    """Whether a document, as this server writes them, has a text at a key."""
    return like(cast(column, Text), f'"{key}": "{value}"')


def _child_of_flow_run(given: Given) -> Condition:
    if given.get("any_") is None:
        return true()
    return among(flow_run.c.parent_flow_run_id, given["any_"])


def _subflow(given: Given) -> Condition:
    wanted = given.get("exists_")
    exists = select(flow_run.c.id).where(flow_run.c.parent_task_run_id == task_run.c.id).exists()
    return true() if wanted is None else exists if wanted else ~exists


def _of_flow_run(given: Given) -> Condition:
    conditions: list[Condition] = []
    if given.get("any_") is not None:
        conditions.append(among(task_run.c.flow_run_id, given["any_"]))
    if given.get("is_null_"):
        conditions.append(task_run.c.flow_run_id.is_(None))
    return combined(given, conditions)


def _limit(given: Given) -> Condition:
    slots = select(concurrency_limit.c.slots).where(concurrency_limit.c.id == deployment.c.concurrency_limit_id)
    return plain(slots.scalar_subquery())(given)


def _flow_or_deployment_name(given: Given) -> Condition:
    if given.get("like_") is None:
        return true()
    flows = select(flow.c.id).where(like(flow.c.name, given["like_"]))
    return or_(like(deployment.c.name, given["like_"]), deployment.c.flow_id.in_(flows))


FLOWS: Fields = {
    "id": plain(flow.c.id),
    "name": plain(flow.c.name),
    "tags": tags(flow.c.tags),
    "deployment": _has_deployment,
}
FLOW_RUNS: Fields = {
    "id": plain(flow_run.c.id),
    "name": plain(flow_run.c.name),
    "tags": tags(flow_run.c.tags),
    "deployment_id": plain(flow_run.c.deployment_id),
    "work_queue_name": plain(flow_run.c.work_queue_name),
    "state": _state(flow_run.c.state_type, flow_run.c.state_name),
    "flow_version": plain(flow_run.c.flow_version),
    "start_time": began(flow_run),
    "end_time": plain(flow_run.c.end_time),
    "expected_start_time": plain(flow_run.c.expected_start_time),
    "next_scheduled_start_time": plain(flow_run.c.next_scheduled_start_time),
    "parent_flow_run_id": _child_of_flow_run,
    "parent_task_run_id": plain(flow_run.c.parent_task_run_id),
    "idempotency_key": plain(flow_run.c.idempotency_key),
    "created_by": _created_by,
}
TASK_RUNS: Fields = {
    "id": plain(task_run.c.id),
    "name": plain(task_run.c.name),
    "tags": tags(task_run.c.tags),
    "state": _state(task_run.c.state_type, task_run.c.state_name),
    "start_time": plain(task_run.c.start_time),
    "end_time": plain(task_run.c.end_time),
    "expected_start_time": plain(task_run.c.expected_start_time),
    "subflow_runs": _subflow,
    "flow_run_id": _of_flow_run,
    "flow_run_ids": plain(task_run.c.flow_run_id),
}
DEPLOYMENTS: Fields = {
    "id": plain(deployment.c.id),
    "name": plain(deployment.c.name),
    "tags": tags(deployment.c.tags),
    "work_queue_name": plain(deployment.c.work_queue_name),
    "paused": plain(deployment.c.paused),
    "concurrency_limit": _limit,
    "flow_or_deployment_name": _flow_or_deployment_name,
}
WORK_POOLS: Fields = {
    "id": plain(work_pool.c.id),
    "name": plain(work_pool.c.name),
    "type": plain(work_pool.c.type),
}
WORK_QUEUES: Fields = {"id": plain(work_queue.c.id), "name": plain(work_queue.c.name)}
WORKERS: Fields = {"last_heartbeat_time": plain(worker.c.last_heartbeat)}
LOGS: Fields = {
    "level": plain(log.c.level),
    "timestamp": plain(log.c.timestamp),
    "flow_run_id": plain(log.c.flow_run_id),
    "task_run_id": plain(log.c.task_run_id),
    "text": text(log.c.message, log.c.name),
}
ARTIFACTS: Fields = {
    "id": plain(artifact.c.id),
    "latest_id": plain(artifact.c.id),
    "key": plain(artifact.c.key),
    "type": plain(artifact.c.type),
    "flow_run_id": plain(artifact.c.flow_run_id),
    "task_run_id": plain(artifact.c.task_run_id),
}
VARIABLES: Fields = {
    "id": plain(variable.c.id),
    "name": plain(variable.c.name),
    "tags": tags(variable.c.tags),
}


# --- filters of one table that narrow another


def _given(filters: Filters, name: str) -> Given | None:
    return filters.get(name) or None


def flow_runs_where(filters: Filters) -> Condition:
    """Which flow runs, by filters of themselves and of what belongs to them."""
    conditions: list[Condition] = [where(FLOW_RUNS, _given(filters, "flow_runs"))]
    if flows := _given(filters, "flows"):
        conditions.append(flow_run.c.flow_id.in_(select(flow.c.id).where(where(FLOWS, flows))))
    if deployments := _given(filters, "deployments"):
        conditions.append(flow_run.c.deployment_id.in_(select(deployment.c.id).where(where(DEPLOYMENTS, deployments))))
    if task_runs := _given(filters, "task_runs"):
        conditions.append(flow_run.c.id.in_(select(task_run.c.flow_run_id).where(where(TASK_RUNS, task_runs))))
    queues, pools = _given(filters, "work_pool_queues") or _given(filters, "work_queues"), _given(filters, "work_pools")
    if queues or pools:
        conditions.append(flow_run.c.work_queue_id.in_(_queues(queues, pools)))
    return and_(*conditions)


def _queues(queues: Given | None, pools: Given | None) -> Any:
    found = select(work_queue.c.id).where(where(WORK_QUEUES, queues))
    if pools:
        found = found.where(work_queue.c.work_pool_id.in_(select(work_pool.c.id).where(where(WORK_POOLS, pools))))
    return found


def _flow_run_filters(filters: Filters) -> bool:
    names = ("flow_runs", "flows", "deployments", "work_pools", "work_pool_queues", "work_queues")
    return any(_given(filters, name) for name in names)


def task_runs_where(filters: Filters) -> Condition:
    """Which task runs, by filters of themselves, of their flow runs and of what those belong to."""
    own = where(TASK_RUNS, _given(filters, "task_runs"))
    above = {name: given for name, given in filters.items() if name != "task_runs"}
    if not _flow_run_filters(above):
        return own
    return and_(own, task_run.c.flow_run_id.in_(select(flow_run.c.id).where(flow_runs_where(above))))


def flows_where(filters: Filters) -> Condition:
    """Which flows, by filters of themselves and of what they have."""
    conditions: list[Condition] = [where(FLOWS, _given(filters, "flows"))]
    below = {name: given for name, given in filters.items() if name in ("flow_runs", "task_runs")}
    if any(below.values()):
        conditions.append(flow.c.id.in_(select(flow_run.c.flow_id).where(flow_runs_where(below))))
    around = {name: given for name, given in filters.items() if name in ("deployments", "work_pools")}
    if any(around.values()):
        conditions.append(flow.c.id.in_(select(deployment.c.flow_id).where(deployments_where(around))))
    return and_(*conditions)


def deployments_where(filters: Filters) -> Condition:
    """Which deployments, by filters of themselves and of what belongs to them."""
    conditions: list[Condition] = [where(DEPLOYMENTS, _given(filters, "deployments"))]
    if flows := _given(filters, "flows"):
        conditions.append(deployment.c.flow_id.in_(select(flow.c.id).where(where(FLOWS, flows))))
    below = {name: given for name, given in filters.items() if name in ("flow_runs", "task_runs")}
    if any(below.values()):
        conditions.append(deployment.c.id.in_(select(flow_run.c.deployment_id).where(flow_runs_where(below))))
    queues, pools = _given(filters, "work_pool_queues") or _given(filters, "work_queues"), _given(filters, "work_pools")
    if queues or pools:
        conditions.append(deployment.c.work_queue_id.in_(_queues(queues, pools)))
    return and_(*conditions)
