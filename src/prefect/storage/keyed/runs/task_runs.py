"""Task runs by id and by their keys in a flow run: made, taken from state to state, renamed, deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from prefect.core.ids import state_id
from prefect.core.journal import Value
from prefect.core.lifecycle.outcome import StoredData
from prefect.core.lifecycle.runs import TaskRun
from prefect.core.lifecycle.states import State, StateType
from prefect.core.times import to_datetime, to_micros
from prefect.storage.keyed.encoding import data_to_json, details_from_json, details_to_json
from prefect.storage.transaction import Transaction


class NewTaskRun(NamedTuple):
    """A task run to be made."""

    id: UUID
    flow_run_id: UUID | None
    name: str
    task_key: str
    dynamic_key: str
    tags: Sequence[str]
    labels: Mapping[str, object]
    policy: Mapping[str, object]
    task_inputs: Mapping[str, object]
    task_version: str | None = None
    cache_key: str | None = None
    cache_expiration: datetime | None = None


_COLUMNS = (
    "id, flow_run_id, name, task_key, dynamic_key, task_version, tags, labels, task_inputs, policy, cache_key,"
    " cache_expiration, attempt, run_count, flow_run_run_count, sequence, expected_start_time, start_time, end_time,"
    " run_time, created, updated, answered_transition, state_id, state_type, state_name, state_timestamp,"
    " state_message, state_details, state_data"
)
_LOAD = f"SELECT {_COLUMNS} FROM task_run"


def load(tx: Transaction, run_id: UUID) -> TaskRun | None:
    """The task run of that id, or None; a decision may rest on it."""
    row = tx.one(f"{_LOAD} WHERE id = ?{tx.locking}", (run_id.bytes,))
    return None if row is None else _from_row(row)


def by_keys(tx: Transaction, flow_run_id: UUID | None, task_key: str, dynamic_key: str) -> TaskRun | None:
    """The task run of a flow run, or of none, by its keys; None if there is none."""
    where = "flow_run_id IS NULL" if flow_run_id is None else "flow_run_id = ?"
    parameters = () if flow_run_id is None else (flow_run_id.bytes,)
    sql = f"{_LOAD} WHERE {where} AND task_key = ? AND dynamic_key = ? ORDER BY id LIMIT 1{tx.locking}"
    row = tx.one(sql, (*parameters, task_key, dynamic_key))
    return None if row is None else _from_row(row)


def _from_row(row: tuple[Any, ...]) -> TaskRun:
    (id_, flow_run, name, task_key, dynamic_key, version, tags, labels, inputs, policy, cache_key, expiration, attempt,
     run_count, flow_run_count, sequence, expected, start, end, run_time, created, updated, answered, *state) = row  # fmt: skip
    run = TaskRun(UUID(bytes=id_), name, task_key, dynamic_key)
    run.__dict__.update(
        flow_run_id=None if flow_run is None else UUID(bytes=flow_run), task_version=version,
        tags=json.loads(tags) if tags else [], labels=json.loads(labels) if labels else {},
        task_inputs=json.loads(inputs) if inputs else {}, policy=json.loads(policy) if policy else {},
        cache_key=cache_key, cache_expiration=None if expiration is None else to_datetime(expiration),
        attempt=attempt, run_count=run_count, flow_run_run_count=flow_run_count or 0, sequence=sequence,
        expected_start=expected, started=start, ended=end, run_micros=run_time, created_at=created, updated_at=updated,
        answered=None if answered is None else UUID(bytes=answered),
        state=_state(*state),
    )  # fmt: skip
    return run


def _state(
    identity: bytes | None,
    kind: str | None,
    name: str,
    moment: int,
    message: str | None,
    details: str | None,
    data: str | None,
) -> State[object] | None:
    if kind is None:
        return None
    known = StoredData(json.loads(data)) if data else None
    state: State[object] = State.at(moment, StateType(kind), name, message, known, details_from_json(details))
    state.id = None if identity is None else UUID(bytes=identity)
    return state


def insert(tx: Transaction, new: NewTaskRun, now: int) -> bool:
    """A new task run in no state yet; False if there is one of that id."""
    expiration = None if new.cache_expiration is None else to_micros(new.cache_expiration)
    fixed: dict[str, object] = {
        "id": new.id.bytes,
        "flow_run_id": None if new.flow_run_id is None else new.flow_run_id.bytes,
        "task_name": new.task_key.rpartition("-")[0] or new.task_key,
        "task_key": new.task_key,
        "dynamic_key": new.dynamic_key,
        "task_version": new.task_version,
        "tags": json.dumps(list(new.tags)),
        "labels": json.dumps(dict(new.labels)),
        "task_inputs": json.dumps(dict(new.task_inputs)),
        "policy": json.dumps(dict(new.policy)),
        "created": now,
    }
    changing: dict[str, object] = {
        "name": new.name,
        "cache_key": new.cache_key,
        "cache_expiration": expiration,
        "attempt": 0,
        "run_count": 0,
        "sequence": -1,
        "expected_start_time": now,
        "run_time": 0,
        "updated": now,
    }
    return tx.insert("task_run", {**fixed, **changing}, "ON CONFLICT (id) DO NOTHING") == 1


_ENTER = """
UPDATE task_run SET
  sequence = ?, run_count = ?, flow_run_run_count = ?, state_id = ?, state_type = ?, state_name = ?,
  state_timestamp = ?, state_message = ?, state_details = ?, state_data = ?, answered_transition = ?,
  expected_start_time = ?, start_time = ?, end_time = ?, run_time = ?, updated = ?
WHERE id = ?
"""


def enter(tx: Transaction, run: TaskRun, state: State[object]) -> None:
    """Write the state that `run`, already moved on and held by the caller, has entered."""
    identity = state_id(run.id.int, run.sequence).to_bytes(16, "big")
    details, data, moment = _details(state), data_to_json(state), state.moment
    answered = None if run.answered is None else run.answered.bytes
    tx.execute(
        _ENTER,
        (
            run.sequence, run.run_count, run.flow_run_run_count, identity, state.type.value, state.name, moment,
            state.message, details, data, answered, run.expected_start, run.started, run.ended, run.run_micros, moment,
            run.id.bytes,
        ),
    )  # fmt: skip
    state.id = UUID(bytes=identity)
    history = {"task_run_id": run.id.bytes, "sequence": run.sequence, "id": identity, "attempt": run.attempt}
    entered = {"type": state.type.value, "name": state.name, "timestamp": moment, "message": state.message}
    tx.insert("task_run_state", {**history, **entered, "details": details, "data": data}, "ON CONFLICT DO NOTHING")


def has_otherwise(tx: Transaction, state: Mapping[str, Value]) -> bool:
    """Whether a row of `task_run_state` is on record under another number."""
    known = "SELECT 1 FROM task_run_state WHERE task_run_id = ? AND id = ? AND sequence <> ?"
    return tx.one(known, (state["task_run_id"], state["id"], state["sequence"])) is not None


def _details(state: State[object]) -> str:
    """Details as text; that a client left `deferred` open is one, since of task runs nobody else does."""
    facts: dict[str, object] = json.loads(details_to_json(state) or "{}")
    return json.dumps(facts if "deferred" in facts else {**facts, "deferred": None})


def rename(tx: Transaction, run_id: UUID, name: str, now: int) -> bool:
    """Give a task run another name; False if there is none."""
    return tx.execute("UPDATE task_run SET name = ?, updated = ? WHERE id = ?", (name, now, run_id.bytes)) == 1


def delete(tx: Transaction, run_id: UUID) -> bool:
    """Remove a task run with what is recorded of it; False if there is none."""
    key = (run_id.bytes,)
    for table in ("task_run_state", "task_run_cache", "log", "artifact"):
        tx.execute(f"DELETE FROM {table} WHERE task_run_id = ?", key)
    for table in ("concurrency_slot", "slot_waiter", "slot_history"):
        tx.execute(f"DELETE FROM {table} WHERE run_id = ?", key)
    return tx.execute("DELETE FROM task_run WHERE id = ?", key) == 1


# --- states that task runs with the same cache key share


def keep(tx: Transaction, key: str, run: TaskRun, expires: int | None, now: int) -> None:
    """Have the run's present state found by a cache key until `expires`."""
    row: dict[str, object] = {"task_run_id": run.id.bytes, "sequence": run.sequence, "cache_key": key}
    tx.insert("task_run_cache", {**row, "expires": expires, "created": now}, "ON CONFLICT DO NOTHING")


_KEPT = """
SELECT s.id, s.type, s.name, s.timestamp, s.message, s.details, s.data FROM task_run_cache c
JOIN task_run_state s ON s.task_run_id = c.task_run_id AND s.sequence = c.sequence
WHERE c.cache_key = ? AND (c.expires IS NULL OR c.expires > ?) ORDER BY c.created DESC, c.task_run_id DESC LIMIT 1
"""


def kept(tx: Transaction, key: str, now: int) -> State[object] | None:
    """The newest state kept for a cache key, or None."""
    row = tx.one(_KEPT, (key, now))
    return None if row is None else _state(*row)
