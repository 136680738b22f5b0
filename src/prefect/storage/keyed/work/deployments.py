"""Deployments and their schedules by key: made, changed and deleted, with the runs that wait for their time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction

DEPLOYMENT = Columns(
    "deployment",
    ("name", "version", "description", "entrypoint", "path", "work_pool_name", "work_queue_name"),
    ("id", "flow_id", "work_queue_id", "concurrency_limit_id", "storage_document_id", "infrastructure_document_id"),
    ("last_polled", "created", "updated"),
    ("tags", "labels", "parameters", "parameter_openapi_schema", "job_variables", "pull_steps", "concurrency_options",
     "created_by", "updated_by"),
    ("paused", "enforce_parameter_schema"),
)  # fmt: skip
SCHEDULE = Columns(
    "deployment_schedule",
    ("slug", "max_scheduled_runs", "catchup"),
    ("id", "deployment_id"),
    ("created", "updated"),
    ("schedule", "parameters"),
    ("active",),
)

POLL_GRAIN = 5_000_000
"""Microseconds within which a deployment that was polled is not noted to have been polled again."""


# --- deployments


def by_id(tx: Transaction, deployment_id: UUID, locking: bool = False) -> Record | None:
    """The deployment of that id, or None."""
    return rows.first(tx, DEPLOYMENT, "WHERE id = ?", (deployment_id.bytes,), locking)


def by_name(tx: Transaction, flow_id: UUID, name: str) -> Record | None:
    """The deployment of a flow by its name, or None; a decision may rest on it."""
    return rows.first(tx, DEPLOYMENT, "WHERE flow_id = ? AND name = ?", (flow_id.bytes, name), locking=True)


def insert(tx: Transaction, values: Mapping[str, object]) -> None:
    """A new deployment."""
    rows.insert(tx, DEPLOYMENT, {"status": "NOT_READY", **values})


def change(tx: Transaction, deployment_id: UUID, changes: Mapping[str, object]) -> bool:
    """Set columns of a deployment; False if there is none."""
    return rows.change(tx, DEPLOYMENT, deployment_id, changes)


def delete(tx: Transaction, deployment_id: UUID) -> bool:
    """Remove a deployment with its schedules and the runs that have not begun; False if there is none.

    A limit that was made for it goes as well; runs that have begun stay as they are.
    """
    found = by_id(tx, deployment_id, locking=True)
    if found is None:
        return False
    drop_waiting_runs(tx, "deployment_id = ?", (deployment_id.bytes,))
    tx.execute("DELETE FROM deployment_schedule WHERE deployment_id = ?", (deployment_id.bytes,))
    return tx.execute("DELETE FROM deployment WHERE id = ?", (deployment_id.bytes,)) == 1


def note_polled(tx: Transaction, column: str, ids: Sequence[UUID], now: int) -> None:
    """Note that somebody asked for runs of the deployments whose `column` (`id`, `work_queue_id`) is one of these."""
    if ids:
        marks = ", ".join("?" * len(ids))
        sql = f"UPDATE deployment SET last_polled = ? WHERE {column} IN ({marks})"
        stale = " AND (last_polled IS NULL OR last_polled < ?)"
        tx.execute(sql + stale, (now, *(each.bytes for each in ids), now - POLL_GRAIN))


def flow_labels(tx: Transaction, flow_id: UUID) -> dict[str, object] | None:
    """The labels of the flow that is deployed; None if there is none of that id."""
    row = tx.one("SELECT labels FROM flow WHERE id = ?", (flow_id.bytes,))
    found: dict[str, object] | None = None if row is None else json.loads(row[0])
    return found


def document_exists(tx: Transaction, document_id: UUID) -> bool:
    """Whether there is a block document of that id."""
    return tx.one("SELECT 1 FROM block_document WHERE id = ?", (document_id.bytes,)) is not None


# --- schedules

NEWEST_FIRST = "ORDER BY updated DESC, id DESC"


def schedules_of(tx: Transaction, deployment_id: UUID) -> list[Record]:
    """A deployment's schedules, the last to change first."""
    return rows.select(tx, SCHEDULE, f"WHERE deployment_id = ? {NEWEST_FIRST}", (deployment_id.bytes,))


def active_schedules(tx: Transaction, deployment_id: UUID) -> list[Record]:
    """Those that make runs."""
    where = f"WHERE deployment_id = ? AND active = 1 {NEWEST_FIRST}"
    return rows.select(tx, SCHEDULE, where, (deployment_id.bytes,))


def insert_schedule(tx: Transaction, values: Mapping[str, object]) -> None:
    """A new schedule."""
    rows.insert(tx, SCHEDULE, {"catchup": "latest", **values})


def change_schedule(tx: Transaction, schedule_id: UUID, changes: Mapping[str, object]) -> bool:
    """Set columns of a schedule; False if there is none."""
    return rows.change(tx, SCHEDULE, schedule_id, changes)


def delete_schedules(tx: Transaction, deployment_id: UUID) -> None:
    """Remove all schedules of a deployment."""
    tx.execute("DELETE FROM deployment_schedule WHERE deployment_id = ?", (deployment_id.bytes,))


def delete_schedule(tx: Transaction, deployment_id: UUID, schedule_id: UUID) -> bool:
    """Remove a schedule of a deployment; False if there is none."""
    sql = "DELETE FROM deployment_schedule WHERE deployment_id = ? AND id = ?"
    return tx.execute(sql, (deployment_id.bytes, schedule_id.bytes)) == 1


# --- runs that wait for their time


def drop_scheduled_runs(tx: Transaction, deployment_id: UUID) -> None:
    """Remove the runs that schedules made ahead of time and that have not begun."""
    drop_waiting_runs(tx, "deployment_id = ? AND auto_scheduled = 1", (deployment_id.bytes,))


def drop_runs_of_schedule(tx: Transaction, deployment_id: UUID, schedule_id: UUID) -> None:
    """The same for the runs of one schedule."""
    where = "deployment_id = ? AND schedule_id = ? AND auto_scheduled = 1"
    drop_waiting_runs(tx, where, (deployment_id.bytes, schedule_id.bytes))


def drop_waiting_runs(tx: Transaction, where: str, parameters: Sequence[object]) -> None:
    """Remove runs that have not begun, with their states."""
    waiting = f"SELECT id FROM flow_run WHERE state_type = 'SCHEDULED' AND run_count = 0 AND {where}"
    ids = [(row[0],) for row in tx.all(f"{waiting} ORDER BY id{tx.locking}", parameters)]
    for table, column in _OF_WAITING_RUNS:
        tx.execute(f"DELETE FROM {table} WHERE {column} IN ({waiting})", parameters)
    for key in ids:
        tx.execute("DELETE FROM flow_run WHERE id = ?", key)


_OF_WAITING_RUNS = (
    ("flow_run_state", "flow_run_id"),
    ("flow_run_input", "flow_run_id"),
    ("log", "flow_run_id"),
    ("run_attempt", "run_id"),
    ("slot_waiter", "run_id"),
    ("slot_history", "run_id"),
)


def name_fire_time(tx: Transaction, run_id: UUID, schedule_id: UUID, moment: int) -> None:
    """Say of a run which schedule made it, and for which moment: there is only one for both."""
    sql = "UPDATE flow_run SET schedule_id = ?, fire_time = ? WHERE id = ?"
    tx.execute(sql, (schedule_id.bytes, moment, run_id.bytes))


def due(tx: Transaction, deployment_ids: Sequence[UUID], before: int | None, limit: int) -> list[UUID]:
    """The scheduled runs of deployments, the next first; those that others decide on just now are passed over."""
    if not deployment_ids:
        return []
    marks = ", ".join("?" * len(deployment_ids))
    time, bounds = ("", ()) if before is None else (" AND next_scheduled_start_time <= ?", (before,))
    sql = (
        f"SELECT id FROM flow_run WHERE deployment_id IN ({marks}) AND state_type = 'SCHEDULED'{time}"
        f" ORDER BY next_scheduled_start_time, id LIMIT ?{tx.skip_locked}"
    )
    found = tx.all(sql, (*(each.bytes for each in deployment_ids), *bounds, limit))
    return [UUID(bytes=bytes(row[0])) for row in found]
