"""Events and automations as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.server.views.states import Json


def event_json(row: Mapping[str, Any]) -> Json:
    """An event as it was received."""
    return {
        "occurred": row["occurred"],
        "event": row["name"],
        "resource": row["resource"],
        "related": row["related"],
        "payload": row["payload"],
        "id": row["id"],
        "follows": row["follows"],
        "received": row["received"],
    }


def count_json(row: Mapping[str, Any]) -> Json:
    """How many events have a value."""
    return {name: row[name] for name in ("value", "label", "count", "start_time", "end_time")}


def automation_json(row: Mapping[str, Any]) -> Json:
    """An automation."""
    names = ("name", "description", "enabled", "tags", "trigger", "actions", "actions_on_trigger", "actions_on_resolve",
             "id", "created", "updated")  # fmt: skip
    return {name: row[name] for name in names}


def task_worker_json(row: Mapping[str, Any]) -> Json:
    """A process that runs tasks from the queue."""
    return {"identifier": row["name"], "task_keys": row["task_keys"], "timestamp": row["seen"]}
