"""Task runs that nobody proposes and nobody records but by events: as Prefect's own client tells of them.

Each event says which state a task run has entered and how the whole run then stands, so that each is one entry of the
journal: the newest one is the run, all are its history. Nobody numbers these states; the moment at which a state was
entered, which only grows within a run, is its number. So events may come twice and in any order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from prefect.core.journal import LEDGERS, TASK_RUN, TASK_RUN_STATE, Moves, Value
from prefect.core.lifecycle.states import StateType
from prefect.core.records.events import RESOURCE_ROLE, EventRecord, object_id
from prefect.core.times import SECOND, to_micros
from prefect.storage.keyed.runs.task_runs import has_otherwise
from prefect.storage.transaction import Transaction

PREFIX = "prefect.task-run."
TELLER = "prefect.orchestration"
"""Label that says who decided: what the client decided is recorded from its events alone."""

LARGEST_COUNT = 2**31 - 1

Said = Mapping[str, object]


def is_told(event: EventRecord) -> bool:
    """Whether a task run is to be recorded by this event."""
    return event.name.startswith(PREFIX) and event.resource.get(TELLER) == "client"


def told_by(event: EventRecord) -> Moves | None:
    """The journal's entry that an event amounts to; None if it tells of no task run, or of one that cannot be."""
    run_id = object_id(event.resource_id, PREFIX)
    run, state = event.payload.get("task_run"), event.payload.get("validated_state")
    if not is_told(event) or run_id is None or not isinstance(run, Mapping) or not isinstance(state, Mapping):
        return None
    try:
        entered = _state(event, run_id, state)
        row = {**_fixed(event, run_id, run), **_changing(event, run), **_current(entered)}
    except (TypeError, ValueError, KeyError, OverflowError):
        return None
    return Moves((_row(TASK_RUN_STATE, entered),), _row(TASK_RUN, row))


def record_told(tx: Transaction, moves: Moves) -> None:
    """Append what an event told; but clients also tell of the state in which a task run was made by request, which is on
    record as it was answered."""
    (state,) = (dict(zip(LEDGERS[TASK_RUN_STATE].columns, row, strict=True)) for row in moves.states)
    if state["type"] != StateType.SCHEDULED.value or not has_otherwise(tx, state):
        tx.append(TASK_RUN, moves)


def flow_run_of(event: EventRecord) -> UUID | None:
    """The flow run in which the task was called."""
    return event.related_id("flow-run", "prefect.flow-run.")


def _row(table: str, values: Mapping[str, Value]) -> tuple[Value, ...]:
    return tuple(values[name] for name in LEDGERS[table].columns)


def _state(event: EventRecord, run_id: UUID, state: Said) -> dict[str, Value]:
    kind = StateType(str(state["type"]))
    details = {name: value for name, value in _mapping(state.get("state_details")).items() if value is not None}
    return {
        "task_run_id": run_id.bytes,
        "sequence": event.occurred,
        "id": event.id.bytes,
        "attempt": 0,
        "type": kind.value,
        "name": _text(state.get("name")) or kind.value.capitalize(),
        "timestamp": event.occurred,
        "message": _text(state.get("message")),
        "details": json.dumps(details) if details else None,
        "data": None if state.get("data") is None else json.dumps(state["data"]),
    }


def _current(entered: Mapping[str, Value]) -> dict[str, Value]:
    """The state in the run's own row."""
    named = ("id", "type", "name", "timestamp", "message", "details", "data")
    return {"sequence": entered["sequence"], "attempt": 0, **{f"state_{name}": entered[name] for name in named}}


def _fixed(event: EventRecord, run_id: UUID, run: Said) -> dict[str, Value]:
    key = _text(run.get("task_key")) or ""
    flow_run = flow_run_of(event)
    return {
        "id": run_id.bytes,
        "flow_run_id": None if flow_run is None else flow_run.bytes,
        "parent_task_run_id": None,
        "task_name": key.rpartition("-")[0] or key,
        "task_key": key,
        "dynamic_key": _text(run.get("dynamic_key")) or "",
        "map_index": None,
        "call_key": None,
        "task_version": _text(run.get("task_version")),
        "tags": json.dumps(_tags(event, run)),
        "labels": json.dumps(dict(_mapping(run.get("labels")))),
        "task_inputs": json.dumps(dict(_mapping(run.get("task_inputs")))),
        "policy": json.dumps(dict(_mapping(run.get("empirical_policy")))),
        "created": event.received,
        "preview": None,
        "flow_run_run_count": _count(run.get("flow_run_run_count")),
    }


def _tags(event: EventRecord, run: Said) -> list[str]:
    given = run.get("tags")
    if isinstance(given, list):
        return [text for tag in given if (text := _text(tag)) is not None]
    return [labels["prefect.resource.id"][12:] for labels in event.related if labels[RESOURCE_ROLE] == "tag"]


def _changing(event: EventRecord, run: Said) -> dict[str, Value]:
    spent = run.get("total_run_time")
    return {
        "name": _text(run.get("name")) or event.resource.get("prefect.resource.name", ""),
        "cache_key": _text(run.get("cache_key")),
        "cache_expiration": _moment(run.get("cache_expiration")),
        "run_count": _count(run.get("run_count")),
        "expected_start_time": _moment(run.get("expected_start_time")),
        "submitted_time": None,
        "start_time": _moment(run.get("start_time")),
        "end_time": _moment(run.get("end_time")),
        "run_time": round(spent * SECOND) if isinstance(spent, (int, float)) and 0 <= spent < SECOND * SECOND else 0,
        "updated": event.received,
        "result_kind": None,
        "result": None,
        "reused_from": None,
        "failure": None,
    }


def _mapping(value: object) -> Said:
    return cast(Said, value) if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else None


def _count(value: object) -> int:
    return int(value) if isinstance(value, int) and 0 <= value <= LARGEST_COUNT else 0


def _moment(value: object) -> int | None:
    return to_micros(datetime.fromisoformat(value)) if isinstance(value, str) else None
