"""Deployments and schedules as the API shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect.core.times import to_micros
from prefect.server.http.answers import Json
from prefect.storage.documents import Row
from prefect.storage.keyed.work.pools import POLLED_SECONDS


def deployment_json(row: Row, now: datetime) -> Json:
    """A deployment; `row` has its pool's name, its schedules and its limit."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "version": row["version"],
        "description": row["description"],
        "flow_id": row["flow_id"],
        "paused": row["paused"],
        "schedules": [schedule_json(schedule) for schedule in row["schedules"]],
        "concurrency_limit": None,
        "global_concurrency_limit": limit_json(row["limit"]),
        "concurrency_options": row["concurrency_options"],
        "job_variables": row["job_variables"],
        "parameters": row["parameters"],
        "tags": row["tags"],
        "labels": row["labels"],
        "work_queue_name": row["work_queue_name"],
        "work_queue_id": row["work_queue_id"],
        "last_polled": row["last_polled"],
        "parameter_openapi_schema": row["parameter_openapi_schema"],
        "path": row["path"],
        "pull_steps": row["pull_steps"],
        "entrypoint": row["entrypoint"],
        "storage_document_id": row["storage_document_id"],
        "infrastructure_document_id": row["infrastructure_document_id"],
        "created_by": row["created_by"],
        "updated_by": row["updated_by"],
        "work_pool_name": row["pool_name"],
        "status": readiness(row["last_polled"], now),
        "enforce_parameter_schema": row["enforce_parameter_schema"],
    }


def readiness(last_polled: datetime | None, now: datetime) -> str:
    """Whether somebody asked for work within the last minute."""
    looked_after = last_polled is not None and now - last_polled <= timedelta(seconds=POLLED_SECONDS)
    return "READY" if looked_after else "NOT_READY"


def schedule_json(row: Row) -> Json:
    """A schedule of a deployment."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "deployment_id": row["deployment_id"],
        "schedule": row["schedule"],
        "active": row["active"],
        "max_scheduled_runs": row["max_scheduled_runs"],
        "parameters": row["parameters"],
        "slug": row["slug"],
    }


def limit_json(row: Row | None) -> Json | None:
    """The limit of a deployment, with the slots that are taken."""
    if row is None:
        return None
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "active": row["active"],
        "name": row["name"],
        "limit": row["slots"],
        "active_slots": row["taken"],
        "slot_decay_per_second": row["slot_decay_per_second"],
    }


def moment_of(value: datetime | None) -> int | None:
    """A moment given in a body, in microseconds."""
    return None if value is None else to_micros(value)
