"""Events and automations as the API shows them."""

from __future__ import annotations

from prefect.server.http.answers import Json
from prefect.storage.documents import Row


def event_json(row: Row) -> Json:
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


def count_json(row: Row) -> Json:
    """How many events have a value."""
    return {name: row[name] for name in ("value", "label", "count", "start_time", "end_time")}


def automation_json(row: Row) -> Json:
    """An automation."""
    names = ("name", "description", "enabled", "tags", "trigger", "actions", "actions_on_trigger", "actions_on_resolve",
             "id", "created", "updated")  # fmt: skip
    return {name: row[name] for name in names}


def task_worker_json(row: Row) -> Json:
    """A process that runs tasks from the queue."""
    return {"identifier": row["name"], "task_keys": row["task_keys"], "timestamp": row["seen"]}
