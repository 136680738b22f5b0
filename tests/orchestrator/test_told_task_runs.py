"""Task runs told by events: whatever the order, and however often, the record is the same."""

from __future__ import annotations

import json
import random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefect.core.journal import TASK_RUN
from prefect.core.records.events import EventRecord
from prefect.orchestrator.told_task_runs import told_by
from tests.support.databases import Place

RUN, FLOW_RUN = UUID(int=7), UUID(int=8)
STATES = ["Pending", "Running", "Retrying", "Completed"]
TYPES = {"Retrying": "RUNNING"}


def told(number: int, name: str, /, **run: Any) -> EventRecord:
    """An event as Prefect's client sends it."""
    kind = TYPES.get(name, name.upper())
    state = {"type": kind, "name": name, "message": "", "state_details": {"retriable": None}, "data": None}
    task_run = {
        "name": "work-0", "task_key": "work-abc", "dynamic_key": "0", "tags": ["t"], "labels": {}, "run_count": number,
        "flow_run_run_count": min(number, 1), "empirical_policy": {"retries": 1}, "task_inputs": {"x": []},
        "expected_start_time": "2026-01-01T00:00:00Z", "total_run_time": number / 10, **run,
    }  # fmt: skip
    resource = {"prefect.resource.id": f"prefect.task-run.{RUN}", "prefect.orchestration": "client"}
    related = [{"prefect.resource.id": f"prefect.flow-run.{FLOW_RUN}", "prefect.resource.role": "flow-run"}]
    payload = {"validated_state": state, "task_run": task_run}
    moment = 1_767_225_600_000_000 + number
    return EventRecord(UUID(int=100 + number), f"prefect.task-run.{name}", resource, related, payload, moment, 5)


EVENTS = [told(number, name) for number, name in enumerate(STATES)]


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_any_number_of_times(place: Place, seed: int) -> None:
    draw = random.Random(seed)
    run = UUID(int=1000 + seed)
    events = [*EVENTS, *draw.sample(EVENTS, 2)]
    draw.shuffle(events)
    store = place.store()
    for event in events:
        mine = event._replace(resource={**event.resource, "prefect.resource.id": f"prefect.task-run.{run}"})
        moves = told_by(mine)
        assert moves is not None
        store.append(TASK_RUN, moves)
        if draw.random() < 0.3:
            store.flush()
    store.flush()
    columns = "state_name, state_type, run_count, flow_run_run_count, run_time, task_name, flow_run_id, tags, state_id"
    row = store.read(lambda tx: tx.one(f"SELECT {columns} FROM task_run WHERE id = ?", (run.bytes,)))
    assert row is not None
    assert tuple(row[:6]) == ("Completed", "COMPLETED", 3, 1, 300_000, "work")
    assert (UUID(bytes=bytes(row[6])), UUID(bytes=bytes(row[8]))) == (FLOW_RUN, EVENTS[-1].id)
    assert (json.loads(row[7]) if isinstance(row[7], str) else row[7]) == ["t"]
    history = "SELECT name FROM task_run_state WHERE task_run_id = ? ORDER BY sequence"
    assert [name for (name,) in store.read(lambda tx: tx.all(history, (run.bytes,)))] == STATES


def test_what_others_decided_is_not_told() -> None:
    event = EVENTS[0]
    assert told_by(event._replace(resource={"prefect.resource.id": f"prefect.task-run.{RUN}"})) is None
    assert told_by(event._replace(name="prefect.flow-run.Pending")) is None
    assert told_by(event._replace(resource={**event.resource, "prefect.resource.id": "prefect.task-run.x"})) is None


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["name", "tags", "run_count", "start_time", "total_run_time", "task_key", "labels", "cache_expiration"]


@given(st.dictionaries(st.sampled_from(FIELDS), junk), junk, junk)
def test_whatever_is_said_does_no_harm(run: dict[str, Any], state: Any, payload: Any) -> None:
    event = told(1, "Running", **run)
    for odd in (event.payload, {**event.payload, "validated_state": state}, {"task_run": payload}):
        moves = told_by(event._replace(payload=odd))
        if moves is not None:
            assert all(len(row) == 10 for row in moves.states)
