"""States as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.runs import Run
from prefect.core.lifecycle.states import State, StateDetails
from prefect.server.http.answers import Json

MOMENTS = ("scheduled_time", "cache_expiration", "pause_timeout")


def details_json(
    facts: Mapping[str, Any] | None, flow_run_id: UUID | None, task_run_id: UUID | None, told: bool = False
) -> Json:
    """All details of a state: those recorded, and whose it is.

    Args:
        told: whether events may tell of such states, which say nothing of what is not deferred.
    """
    made = {**StateDetails.DEFAULTS, **({"deferred": False} if told else {}), **(facts or {})}
    for name in MOMENTS:
        if isinstance(made[name], str):
            made[name] = datetime.fromisoformat(made[name])
    if made["flow_run_id"] is None:
        made["flow_run_id"] = flow_run_id
    if made["task_run_id"] is None:
        made["task_run_id"] = task_run_id
    return made


def current_state_json(
    row: Mapping[str, Any], flow_run_id: UUID | None, task_run_id: UUID | None = None, told: bool = False
) -> Json | None:
    """The state in a run's own row; None if it has none yet."""
    if row["state_type"] is None:
        return None
    return {
        "id": row["state_id"],
        "type": row["state_type"],
        "name": row["state_name"],
        "timestamp": row["state_timestamp"],
        "message": row["state_message"],
        "data": row["state_data"],
        "state_details": details_json(row["state_details"], flow_run_id, task_run_id, told),
    }


def history_json(
    row: Mapping[str, Any], flow_run_id: UUID | None, task_run_id: UUID | None = None, told: bool = False
) -> Json:
    """A state in a run's history."""
    return {
        "id": row["id"],
        "type": row["type"],
        "name": row["name"],
        "timestamp": row["timestamp"],
        "message": row["message"],
        "data": row["data"],
        "state_details": details_json(row["details"], flow_run_id, task_run_id, told),
    }


def state_json(
    state: State[Any] | None, flow_run_id: UUID | None = None, task_run_id: UUID | None = None
) -> Json | None:
    """A state of the core."""
    if state is None:
        return None
    data = getattr(state.data, "reference", state.data)
    return {
        "id": state.id,
        "type": state.type.value,
        "name": state.name,
        "timestamp": state.timestamp,
        "message": state.message,
        "data": data,
        "state_details": details_json(state.state_details.facts(), flow_run_id, task_run_id),
    }


def state_columns(run: Run) -> Json:
    """The state of a run of the core by the columns that hold it in the run's row."""
    fields = ("id", "type", "name", "timestamp", "message", "data")
    state = state_json(run.state) or dict.fromkeys(fields)
    facts = None if run.state is None else {"deferred": None, **run.state.detail_facts()}
    return {**{f"state_{name}": state[name] for name in fields}, "state_details": facts}


def seconds(row: Mapping[str, Any]) -> float:
    """Time spent running, in states that have ended."""
    return float(row["run_time"]) / 1_000_000


def estimated_seconds(row: Mapping[str, Any], now: datetime) -> float:
    """Time spent running, up to now."""
    since = row["state_timestamp"]
    running = row["state_type"] == "RUNNING" and since is not None
    return seconds(row) + ((now - since).total_seconds() if running else 0.0)


def lateness(row: Mapping[str, Any], now: datetime) -> float:
    """Seconds between when the run was to start and when it did, or now if it has not; never negative."""
    expected, started = row["expected_start_time"], row["start_time"]
    if expected is None:
        return 0.0
    if started is not None:
        return max(float((started - expected).total_seconds()), 0.0)
    ended = row["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
    return 0.0 if ended else max((now - expected).total_seconds(), 0.0)
