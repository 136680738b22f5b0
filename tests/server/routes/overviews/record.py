"""Runs put straight into the record, with times of one's choosing."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx

from prefect.core.times import SECOND
from prefect.storage.store import Store

EPOCH = 2_000_000_000 * SECOND
"""Where the seconds of these tests count from: 2033-05-18T03:33:20Z."""


def at(seconds: float) -> int:
    """A moment in microseconds."""
    return EPOCH + round(seconds * SECOND)


async def make_flow_run(api: httpx.AsyncClient, **given: object) -> UUID:
    """A flow run of a flow of its own."""
    flow = await api.post("/flows/", json={"name": f"flow {uuid4()}"})
    made = await api.post("/flow_runs/", json={"flow_id": flow.json()["id"], **given})
    assert made.status_code == 201, made.text
    return UUID(made.json()["id"])


def settle(store: Store, table: str, run_id: UUID, state: str, **columns: Any) -> None:
    """Put a run into a state, with times."""
    given = {"state_type": state, "state_name": state.capitalize(), **columns}
    names = ", ".join(f"{name} = ?" for name in given)
    sql = f"UPDATE {table} SET {names} WHERE id = ?"
    store.transact(lambda tx: tx.execute(sql, (*given.values(), run_id.bytes)))


def add_task_run(
    store: Store, flow_run_id: UUID, name: str, state: str = "COMPLETED", begin: float = 0, end: float | None = None,
    inputs: dict[str, list[UUID]] | None = None,
) -> UUID:  # fmt: skip
    """A task run that was due and began at one time, and took the results of others."""
    task_inputs = {
        key: [{"input_type": "task_run", "id": str(run)} for run in runs] for key, runs in (inputs or {}).items()
    }
    identity = uuid4()
    row: dict[str, object] = {
        "id": identity.bytes, "flow_run_id": flow_run_id.bytes, "task_name": name, "task_key": name, "name": name,
        "dynamic_key": name, "task_inputs": json.dumps(task_inputs), "created": at(begin), "updated": at(begin),
        "attempt": 1, "run_count": 1, "sequence": 1, "state_id": uuid4().bytes, "state_type": state,
        "state_name": state.capitalize(), "state_timestamp": at(begin), "expected_start_time": at(begin),
        "start_time": at(begin), "end_time": None if end is None else at(end),
        "run_time": 0 if end is None else at(end) - at(begin),
    }  # fmt: skip
    store.transact(lambda tx: tx.insert("task_run", row))
    return identity
