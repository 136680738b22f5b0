"""Flows, flow runs, task runs and log lines as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect.server.views.states import Json, current_state_json, estimated_seconds, lateness, seconds

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


def flow_json(row: Mapping[str, Any]) -> Json:
    """A flow."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "tags": row["tags"],
        "labels": row["labels"],
    }


def flow_run_json(row: Mapping[str, Any], now: datetime) -> Json:
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
        "state": current_state_json(row, row["id"]),
        "job_variables": row["job_variables"],
    }


def public_context(context: Mapping[str, Any]) -> Json:
    """A run's context without what the engine keeps there for itself."""
    return {name: value for name, value in context.items() if not name.startswith("headrace")}


def flow_run_policy(row: Mapping[str, Any]) -> Json:
    """How a flow run is retried."""
    if row["empirical_policy"] is not None:
        return {**POLICY, **row["empirical_policy"]}
    return {**POLICY, "retries": row["retries"], "retry_delay": int(row["retry_delay"])}


def task_run_json(row: Mapping[str, Any], now: datetime) -> Json:
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
        "next_scheduled_start_time": None,
        "start_time": row["start_time"],
        "end_time": row["end_time"],
        "total_run_time": seconds(row),
        "estimated_run_time": estimated_seconds(row, now),
        "estimated_start_time_delta": lateness(row, now),
        "state": current_state_json(row, row["flow_run_id"], row["id"]),
    }


def log_json(row: Mapping[str, Any]) -> Json:
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
