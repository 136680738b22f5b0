"""Records as JSON documents: the names and shapes of Prefect's API, and behind them what only Headrace records."""

from __future__ import annotations

from datetime import datetime

from prefect.core.lifecycle.states import StateDetails

Record = dict[str, object]

INTERNAL = "headrace."
"""What the names of those entries of a run's context begin with that only a resumed run reads."""

TASK_POLICY: Record = {
    "max_retries": 0,
    "retry_delay_seconds": 0.0,
    "retries": None,
    "retry_delay": None,
    "retry_jitter_factor": None,
}
_FLOW_RUN_FIRST = (
    "id created updated name flow_id state_id deployment_id deployment_version work_queue_name flow_version parameters"
    " idempotency_key context empirical_policy tags labels parent_task_run_id run_count expected_start_time"
    " next_scheduled_start_time start_time end_time total_run_time estimated_run_time estimated_start_time_delta"
    " auto_scheduled infrastructure_pid created_by work_pool_name state job_variables state_type state_name"
    " flow_name attempt parent_flow_run_id root_flow_run_id entrypoint environment failure"
).split()
_TASK_RUN_FIRST = (
    "id created updated name flow_run_id task_key dynamic_key cache_key cache_expiration task_version empirical_policy"
    " tags labels state_id task_inputs state_type state_name run_count flow_run_run_count expected_start_time"
    " start_time end_time total_run_time estimated_run_time estimated_start_time_delta state"
    " task_name map_index attempt parent_task_run_id submitted_time reused_from failure flow_run_name"
).split()


def flow_run(record: Record, now: datetime) -> Record:
    """A flow run as `-o json` shows it."""
    policy = {"retries": record["retries"], "retry_delay": record["retry_delay"]}
    context = _mapping(record["context"])
    shown = {name: value for name, value in context.items() if not name.startswith(INTERNAL)}
    document = {
        **record,
        "context": shown,
        "labels": {**_mapping(record["labels"]), "prefect.flow.id": str(record["flow_id"])},
        "empirical_policy": policy,
        "auto_scheduled": bool(record["auto_scheduled"]),
    }
    return _in_order({**document, **_times(record, now), "state": current_state(record)}, _FLOW_RUN_FIRST)


def task_run(record: Record, now: datetime) -> Record:
    """A task run as `-o json` shows it."""
    policy = {**TASK_POLICY, **_mapping(record["policy"])}
    told = {"tags": record["tags"] or [], "labels": record["labels"] or {}, "task_inputs": record["task_inputs"] or {}}
    document = {**record, **told, "empirical_policy": policy, **_times(record, now)}
    return _in_order({**document, "state": current_state(record, "task_run_id")}, _TASK_RUN_FIRST)


def _mapping(value: object) -> Record:
    return value if isinstance(value, dict) else {}


def _in_order(document: Record, order: list[str]) -> Record:
    return {key: document.get(key) for key in order}


def _times(record: Record, now: datetime) -> Record:
    total = int(str(record["run_time"])) / 1_000_000
    since, expected, started = record["state_timestamp"], record["expected_start_time"], record["start_time"]
    running = (now - since).total_seconds() if record["state_type"] == "RUNNING" and isinstance(since, datetime) else 0
    late = 0.0
    if isinstance(expected, datetime) and isinstance(started, datetime):
        late = max((started - expected).total_seconds(), 0.0)
    return {"total_run_time": total, "estimated_run_time": total + running, "estimated_start_time_delta": late}


def current_state(record: Record, run: str = "flow_run_id") -> Record | None:
    """The state in a run's row; None if it has entered none."""
    if record["state_type"] is None:
        return None
    details = record["state_details"]
    given = details if isinstance(details, dict) else {}
    own = {run: record["id"]} | ({"flow_run_id": record.get("flow_run_id")} if run == "task_run_id" else {})
    return {
        "id": record["state_id"],
        "type": record["state_type"],
        "name": record["state_name"],
        "timestamp": record["state_timestamp"],
        "message": record["state_message"],
        "state_details": {**StateDetails.DEFAULTS, **own, **given},
        "data": record["state_data"],
    }


def log(record: Record) -> Record:
    """A log line."""
    line = {
        name: record[name] for name in ("id", "name", "level", "message", "timestamp", "flow_run_id", "task_run_id")
    }
    return {**line, "created": record["timestamp"], "updated": record["timestamp"], "attempt": record["attempt"]}


def artifact(record: Record) -> Record:
    """An artifact."""
    order = "id created updated key type description data".split()
    runs = {name: record[name] for name in ("flow_run_id", "task_run_id")}
    return {**{name: record[name] for name in order}, "metadata_": record["metadata"], **runs}


def variable(record: Record) -> Record:
    """A variable."""
    return {name: record[name] for name in "id created updated name value tags".split()}


def global_limit(record: Record) -> Record:
    """A global concurrency limit."""
    times = {name: record[name] for name in ("id", "created", "updated", "active", "name")}
    slots = {"limit": record["slots"], "active_slots": int(str(record["taken"]))}
    return {**times, **slots, "slot_decay_per_second": record["slot_decay_per_second"]}
