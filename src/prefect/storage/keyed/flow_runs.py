"""Flow runs by id: load one, create one, commit its transition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from prefect.core.ids import state_id
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import FlowRunFacts
from prefect.core.ports import FlowRunRequest
from prefect.storage.keyed.encoding import data_to_json, details_from_json, details_to_json
from prefect.storage.transaction import Transaction

_COLUMNS = (
    "id, flow_id, name, flow_version, deployment_id, parameters, tags, labels, entrypoint, parent_task_run_id,"
    " parent_flow_run_id, root_flow_run_id, retries, retry_delay, attempt, run_count, version, sequence, state_id,"
    " state_type, state_name, state_timestamp, state_message, state_details, state_data, expected_start_time,"
    " start_time, end_time, run_time, created, updated, idempotency_key, infrastructure_pid, context, job_variables,"
    " deployment_version, work_queue_id, work_queue_name, work_pool_name, empirical_policy, created_by,"
    " infrastructure_document_id, auto_scheduled, next_scheduled_start_time, answered_transition"
)
_LOAD = f"SELECT {_COLUMNS}, (SELECT name FROM flow WHERE flow.id = flow_run.flow_id) FROM flow_run"


def load(tx: Transaction, run_id: UUID) -> FlowRun | None:
    """The run of that id, or None."""
    row = tx.one(_LOAD + " WHERE id = ?" + tx.locking, (run_id.bytes,))
    return None if row is None else _from_row(row)


def load_by_idempotency_key(tx: Transaction, flow_id: bytes, key: str) -> FlowRun | None:
    """The run of a flow made with that idempotency key, or None."""
    row = tx.one(_LOAD + " WHERE flow_id = ? AND idempotency_key = ?" + tx.locking, (flow_id, key))
    return None if row is None else _from_row(row)


def fired_pauses(tx: Transaction, run_id: UUID) -> frozenset[str]:
    """Keys of the pauses in a run's history."""
    rows = tx.all("SELECT details FROM flow_run_state WHERE flow_run_id = ? AND type = 'PAUSED'", (run_id.bytes,))
    found = (details_from_json(details) for (details,) in rows)
    return frozenset(details.pause_key for details in found if details is not None and details.pause_key is not None)


def facts(tx: Transaction, run_id: UUID) -> FlowRunFacts | None:
    """What decisions on task runs rest on of the flow run around them, or None; nothing is held by that."""
    sql = "SELECT state_type, state_name, state_timestamp, state_details, run_count FROM flow_run WHERE id = ?"
    row = tx.one(sql, (run_id.bytes,))
    if row is None:
        return None
    kind, name, moment, details, count = row
    state: State[object] | None = None
    if kind is not None:
        state = State.at(moment, StateType(kind), name, details=details_from_json(details))
    return FlowRunFacts(run_id, state, count)


def child_of(tx: Transaction, parent_task_run_id: UUID) -> UUID | None:
    """Id of the run whose parent is that task run, or None."""
    row = tx.one("SELECT id FROM flow_run WHERE parent_task_run_id = ?", (parent_task_run_id.bytes,))
    return None if row is None else _uuid(row[0])


def deployment_name_and_version(tx: Transaction, deployment_id: UUID) -> tuple[str, str | None] | None:
    """Name and version of a deployment, None if there is none."""
    row = tx.one("SELECT name, version FROM deployment WHERE id = ?", (deployment_id.bytes,))
    return None if row is None else (row[0], row[1])


def _uuid(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


def _from_row(row: tuple[Any, ...]) -> FlowRun:
    (id_, flow_id, name, version, deployment, parameters, tags, labels, entrypoint, parent_task, parent_flow, root,
     retries, delay, attempt, run_count, guard, sequence, state_id_, state_type, state_name, state_timestamp,
     state_message, state_details, state_data, expected, start, end, run_time, created, updated, key, pid, context,
     variables, deployment_version, queue, queue_name, pool_name, policy, created_by, document, auto_scheduled,
     next_start, answered, flow_name) = row  # fmt: skip
    run = FlowRun(UUID(bytes=id_), name, UUID(bytes=flow_id))
    run.__dict__.update(
        flow_name=flow_name, flow_version=version, deployment_id=_uuid(deployment),
        parameters=json.loads(parameters), tags=json.loads(tags), labels=json.loads(labels),
        entrypoint=entrypoint, parent_task_run_id=_uuid(parent_task),
        parent_flow_run_id=_uuid(parent_flow), root_flow_run_id=_uuid(root),
        retries=retries, retry_delay=delay, attempt=attempt, run_count=run_count, version=guard, sequence=sequence,
        expected_start=expected, started=start, ended=end, run_micros=run_time, created_at=created,
        updated_at=updated, idempotency_key=key, infrastructure_pid=pid,
        context=json.loads(context), job_variables=json.loads(variables), deployment_version=deployment_version,
        work_queue_id=_uuid(queue), work_queue_name=queue_name, work_pool_name=pool_name,
        empirical_policy=json.loads(policy) if policy else None,
        created_by=json.loads(created_by) if created_by else None, infrastructure_document_id=_uuid(document),
        auto_scheduled=bool(auto_scheduled), next_scheduled_start=next_start,
        answered=_uuid(answered),
    )  # fmt: skip
    if state_type is not None:
        state: State[object] = State.at(
            state_timestamp,
            StateType(state_type),
            state_name,
            state_message,
            json.loads(state_data) if state_data else None,
            details_from_json(state_details),
        )
        state.id = _uuid(state_id_)
        run.state = state
    return run


def ensure_flow(tx: Transaction, name: str, new_id: UUID, tags: str, now: int) -> bytes:
    """The id of the flow of that name, made if need be."""
    known = "SELECT id FROM flow WHERE name = ?"
    row = tx.one(known, (name,))
    if row is None:
        values: dict[str, object] = {"id": new_id.bytes, "name": name, "tags": tags, "labels": "{}"}
        if tx.insert("flow", {**values, "created": now, "updated": now}, "ON CONFLICT (name) DO NOTHING"):
            return new_id.bytes
        row = tx.one(known, (name,))  # somebody else made it meanwhile
    assert row is not None
    found: bytes = row[0]
    return found


def insert(tx: Transaction, request: FlowRunRequest, flow_id: bytes, now: int) -> None:
    """A new run in no state yet; a run of that id, or with that idempotency key, stays as it is."""
    tx.insert(
        "flow_run",
        {
            "id": request.id.bytes,
            "flow_id": flow_id,
            "name": request.name,
            "flow_version": request.flow_version,
            "deployment_id": _bytes(request.deployment_id),
            "parameters": request.parameters,
            "context": request.context,
            "tags": json.dumps(list(request.tags)),
            "labels": json.dumps(dict(request.labels)),
            "job_variables": request.job_variables,
            "environment": request.environment,
            "entrypoint": request.entrypoint,
            "idempotency_key": request.idempotency_key,
            "created_by": request.created_by,
            "parent_task_run_id": _bytes(request.parent_task_run_id),
            "parent_flow_run_id": _bytes(request.parent_flow_run_id),
            "root_flow_run_id": _bytes(request.root_flow_run_id),
            "deployment_version": request.deployment_version,
            "work_queue_id": _bytes(request.work_queue_id),
            "work_queue_name": request.work_queue_name,
            "work_pool_name": request.work_pool_name,
            "empirical_policy": request.policy,
            "infrastructure_document_id": _bytes(request.infrastructure_document_id),
            "auto_scheduled": int(request.auto_scheduled),
            "retries": request.retries,
            "retry_delay": request.retry_delay,
            "attempt": 0,
            "run_count": 0,
            "version": 0,
            "sequence": -1,
            "expected_start_time": now,
            "run_time": 0,
            "created": now,
            "updated": now,
        },
        "ON CONFLICT DO NOTHING",
    )


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


_ENTER = """
UPDATE flow_run SET
  version = version + 1, sequence = ?, attempt = ?, run_count = ?, state_id = ?, state_type = ?, state_name = ?,
  state_timestamp = ?, state_message = ?, state_details = ?, state_data = ?, answered_transition = ?,
  expected_start_time = ?, start_time = ?, end_time = ?, run_time = ?, next_scheduled_start_time = ?, updated = ?,
  failure = COALESCE(?, failure)
WHERE id = ? AND version = ?
"""


def enter(tx: Transaction, run: FlowRun, state: State[object], reason: str | None, failure: str | None) -> bool:
    """Write the state that `run` (already moved on by the caller) has entered; False if another was faster."""
    moment = state.moment
    identity = state_id(run.id.int, run.sequence).to_bytes(16, "big")
    details, data = details_to_json(state), data_to_json(state)
    scheduled = run.next_scheduled_start
    changed = tx.execute(
        _ENTER,
        (
            run.sequence, run.attempt, run.run_count, identity, state.type.value, state.name, moment, state.message,
            details, data, _bytes(run.answered), run.expected_start, run.started, run.ended, run.run_micros, scheduled,
            moment, failure, run.id.bytes, run.version,
        ),
    )  # fmt: skip
    if changed != 1:
        return False
    run.version += 1
    state.id = UUID(bytes=identity)
    history = {"flow_run_id": run.id.bytes, "sequence": run.sequence, "id": identity, "attempt": run.attempt}
    entered = {"type": state.type.value, "name": state.name, "timestamp": moment, "message": state.message}
    tx.insert("flow_run_state", {**history, **entered, "details": details, "data": data, "reason": reason})
    return True


def delete(tx: Transaction, run_id: UUID) -> bool:
    """Remove a run with everything recorded of it; False if there is none."""
    key = (run_id.bytes,)
    tx.one("SELECT 1 FROM flow_run WHERE id = ?" + tx.locking, key)  # what is decided on it meanwhile comes first
    tx.execute("DELETE FROM task_run_state WHERE task_run_id IN (SELECT id FROM task_run WHERE flow_run_id = ?)", key)
    for table in ("task_run", "flow_run_state", "log", "artifact", "flow_run_input"):
        tx.execute(f"DELETE FROM {table} WHERE flow_run_id = ?", key)
    for table in ("run_attempt", "concurrency_slot", "slot_waiter", "slot_history"):
        tx.execute(f"DELETE FROM {table} WHERE run_id = ?", key)
    return tx.execute("DELETE FROM flow_run WHERE id = ?", key) == 1


def change(tx: Transaction, run_id: UUID, changes: dict[str, object], now: int) -> bool:
    """Set columns of a run; False if there is none."""
    named = {**changes, "updated": now}
    assignments = ", ".join(f'"{name}" = ?' for name in named)
    return tx.execute(f"UPDATE flow_run SET {assignments} WHERE id = ?", (*named.values(), run_id.bytes)) == 1


def add_labels(tx: Transaction, run_id: UUID, labels: Mapping[str, object], now: int) -> bool:
    """Add labels to a run's, the new ones before those of the same name; False if there is no such run."""
    row = tx.one("SELECT labels FROM flow_run WHERE id = ?" + tx.locking, (run_id.bytes,))
    if row is None:
        return False
    return change(tx, run_id, {"labels": json.dumps({**json.loads(row[0]), **labels})}, now)
