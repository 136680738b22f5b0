"""Flows, flow runs, task runs and log lines as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.server.http.answers import Json
from prefect.server.views.states import current_state_json, estimated_seconds, lateness, seconds, state_columns
from prefect.storage.documents import Row

POLICY: Mapping[str, object] = {
    "max_retries": 0,
    "retry_delay_seconds": 0.0,
    "retries": None,
    "retry_delay": None,
    "pause_keys": [],
    "resuming": False,
    "retry_type": None,
}
TASK_POLICY: Mapping[str, object] = {
    "max_retries": 0,
    "retry_delay_seconds": 0.0,
    "retries": None,
    "retry_delay": None,
    "retry_jitter_factor": None,
}


def flow_json(row: Row) -> Json:
    """A flow."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "tags": row["tags"],
        "labels": row["labels"],
    }


def flow_run_json(row: Row, now: datetime) -> Json:
    """A flow run; `row` has its work pool's id as `work_pool_id`."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "flow_id": row["flow_id"],
        "state_id": row["state_id"],
        "deployment_id": row["deployment_id"],
        "deployment_version": row["deployment_version"],
        "work_queue_id": row["work_queue_id"],
        "work_queue_name": row["work_queue_name"],
        "flow_version": row["flow_version"],
        "parameters": row["parameters"],
        "idempotency_key": row["idempotency_key"],
        "context": public_context(row["context"]),
        "empirical_policy": flow_run_policy(row),
        "tags": row["tags"],
        "labels": {**row["labels"], "prefect.flow.id": str(row["flow_id"])},
        "parent_task_run_id": row["parent_task_run_id"],
        "state_type": row["state_type"],
        "state_name": row["state_name"],
        "run_count": row["run_count"],
        "expected_start_time": row["expected_start_time"],
        "next_scheduled_start_time": row["next_scheduled_start_time"],
        "start_time": row["start_time"],
        "end_time": row["end_time"],
        "total_run_time": seconds(row),
        "estimated_run_time": estimated_seconds(row, now),
        "estimated_start_time_delta": lateness(row, now),
        "auto_scheduled": bool(row["auto_scheduled"]),
        "infrastructure_document_id": row["infrastructure_document_id"],
        "infrastructure_pid": row["infrastructure_pid"],
        "created_by": row["created_by"],
        "work_pool_id": row["work_pool_id"],
        "work_pool_name": row["work_pool_name"],
        "state": current_state_json(row, row["id"], row["parent_task_run_id"]),
        "job_variables": row["job_variables"],
    }


def public_context(context: Row) -> Json:
    """A run's context without what the engine keeps there for itself."""
    return {name: value for name, value in context.items() if not name.startswith("headrace")}


def flow_run_policy(row: Row) -> Json:
    """How a flow run is retried."""
    if row["empirical_policy"] is not None:
        return {**POLICY, **row["empirical_policy"]}
    return {**POLICY, "retries": row["retries"], "retry_delay": int(row["retry_delay"])}


def task_run_json(row: Row, now: datetime) -> Json:
    """A task run."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "flow_run_id": row["flow_run_id"],
        "task_key": row["task_key"],
        "dynamic_key": row["dynamic_key"],
        "cache_key": row["cache_key"],
        "cache_expiration": row["cache_expiration"],
        "task_version": row["task_version"],
        "empirical_policy": {**TASK_POLICY, **(row["policy"] or {})},
        "tags": row["tags"] or [],
        "labels": row["labels"] or {},
        "state_id": row["state_id"],
        "task_inputs": row["task_inputs"] or {},
        "state_type": row["state_type"],
        "state_name": row["state_name"],
        "run_count": row["run_count"],
        "flow_run_run_count": row["flow_run_run_count"] or 0,
        "expected_start_time": row["expected_start_time"],
        "next_scheduled_start_time": _due(row),
        "start_time": row["start_time"],
        "end_time": row["end_time"],
        "total_run_time": seconds(row),
        "estimated_run_time": estimated_seconds(row, now),
        "estimated_start_time_delta": lateness(row, now),
        "state": current_state_json(row, row["flow_run_id"], row["id"], told=True),
    }


def _due(row: Row) -> datetime | None:
    """When a task run that is SCHEDULED is to run."""
    if row["state_type"] != "SCHEDULED":
        return None
    moment = (row["state_details"] or {}).get("scheduled_time")
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


_ON_PAGES = (
    "id created updated name empirical_policy end_time estimated_run_time estimated_start_time_delta flow_run_id"
    " start_time state state_id tags task_inputs task_key task_version total_run_time"
).split()


def task_run_on_page(row: Row, now: datetime) -> Json:
    """A task run as pages show it."""
    whole = task_run_json(row, now)
    return {name: whole[name] for name in _ON_PAGES}


def row_of_task_run(run: TaskRun) -> Json:
    """A task run of the core by the columns of its row."""
    own = ("id", "created", "updated", "name", "flow_run_id", "task_key", "dynamic_key", "cache_key",
           "cache_expiration", "task_version", "policy", "tags", "labels", "task_inputs", "run_count",
           "flow_run_run_count", "expected_start_time", "start_time", "end_time")  # fmt: skip
    return {**state_columns(run), **{name: getattr(run, name) for name in own}, "run_time": run.run_micros}


def row_of_flow_run(run: FlowRun) -> Json:
    """A flow run of the core by the columns of its row."""
    own = ("id", "flow_id", "name", "flow_version", "deployment_id", "deployment_version", "work_queue_id",
           "work_queue_name", "work_pool_name", "parameters", "idempotency_key", "context", "tags", "labels",
           "parent_task_run_id", "run_count", "expected_start_time", "next_scheduled_start_time", "start_time",
           "end_time", "auto_scheduled", "infrastructure_pid", "job_variables", "retries", "retry_delay", "created",
           "updated", "empirical_policy", "infrastructure_document_id", "created_by", "work_pool_id")  # fmt: skip
    return {**state_columns(run), **{name: getattr(run, name) for name in own}, "run_time": run.run_micros}


def log_json(row: Row) -> Json:
    """A log line."""
    return {
        "id": row["id"],
        "created": row["timestamp"],
        "updated": row["timestamp"],
        "name": row["name"],
        "level": row["level"],
        "message": row["message"],
        "timestamp": row["timestamp"],
        "flow_run_id": row["flow_run_id"],
        "task_run_id": row["task_run_id"],
    }
