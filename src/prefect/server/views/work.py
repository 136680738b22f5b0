"""Work pools, work queues and workers as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from prefect.server.http.answers import Json
from prefect.server.views.deployments import readiness
from prefect.storage.aggregates.work.pools import HOLDER
from prefect.storage.documents import Row
from prefect.storage.keyed.work.pools import AGENT_TYPE, POLLED_SECONDS
from prefect.wire.work.pools import WorkPoolStorageConfiguration

NO_STORAGE: Mapping[str, object] = dict.fromkeys(WorkPoolStorageConfiguration.model_fields)
LATE_RUNS_ALLOWED = 0


def pool_json(row: Row) -> Json:
    """A work pool; `row` has whether it is `online` and the slots it `holds`."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "description": row["description"],
        "type": row["type"],
        "base_job_template": row["base_job_template"],
        "is_paused": row["paused"],
        "concurrency_limit": row["concurrency_limit"],
        "status": pool_status(row),
        "default_queue_id": row["default_queue_id"],
        "storage_configuration": {**NO_STORAGE, **row["storage_configuration"]},
        "active_slots": row["holds"],
    }


def pool_status(row: Row) -> str | None:
    """Whether a pool has workers that report."""
    if row["type"] == AGENT_TYPE:
        return None
    if row["paused"]:
        return "PAUSED"
    return "READY" if row["online"] else "NOT_READY"


def queue_json(row: Row, now: datetime) -> Json:
    """A work queue; `row` has its pool's name and the slots it `holds`."""
    return {
        **plain_queue_json(row),
        "work_pool_name": row["work_pool_name"],
        "status": "PAUSED" if row["paused"] else readiness(row["last_polled"], now),
        "active_slots": row["holds"],
    }


def plain_queue_json(row: Row) -> Json:
    """A work queue by itself."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "description": row["description"],
        "is_paused": row["paused"],
        "concurrency_limit": row["concurrency_limit"],
        "priority": row["priority"],
        "work_pool_id": row["work_pool_id"],
        "filter": row["filter"],
        "last_polled": row["last_polled"],
    }


def queue_health_json(row: Row, late: int, now: datetime) -> Json:
    """Whether a queue is healthy, and why."""
    polled = row["last_polled"]
    looked_after = polled is not None and now - polled <= timedelta(seconds=POLLED_SECONDS)
    policy = {"maximum_late_runs": LATE_RUNS_ALLOWED, "maximum_seconds_since_last_polled": POLLED_SECONDS}
    return {
        "healthy": looked_after and late <= LATE_RUNS_ALLOWED,
        "late_runs_count": late,
        "last_polled": polled,
        "health_check_policy": policy,
    }


def holder_json(row: Row, now: datetime) -> Json:
    """A run that holds a slot."""
    since = row["state_timestamp"]
    waited = None if since is None else (now - since).total_seconds()
    return {**{name: row[name] for name in HOLDER}, "time_in_current_state": waited}


def worker_json(row: Row) -> Json:
    """A worker; `row` has whether it is `online`."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "name": row["name"],
        "work_pool_id": row["work_pool_id"],
        "last_heartbeat_time": row["last_heartbeat"],
        "heartbeat_interval_seconds": row["heartbeat_interval"],
        "status": "ONLINE" if row["online"] else "OFFLINE",
    }
