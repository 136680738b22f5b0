"""What is old is cut off, what is new stays, and a deleted run leaves nothing, whichever the dialect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from prefect.core.ids import uuid7
from prefect.core.journal import ARTIFACT, LOG, TASK_RUN, TASK_RUN_STATE
from prefect.core.times import SECOND
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.storage import maintenance
from prefect.storage.maintenance import PRUNABLE, prune
from prefect.storage.store import Store
from tests.orchestrator.support import START, TestClock, request, state
from tests.storage.support import artifact_row, log_row, run_row, state_row
from tests.support.databases import Place

DAY = 86_400 * SECOND
NOW = START


def _id(moment: int, number: int = 0) -> bytes:
    return uuid7(moment, number << 16).bytes


def _write_logs(store: Store, days: list[int], each: int) -> None:
    for day in days:
        for number in range(each):
            moment = NOW - day * DAY
            store.append(LOG, log_row(1, id=_id(moment, number), timestamp=moment))
    store.flush()


def _prune_all(store: Store, table: str, before: int, limit: int) -> int:
    total = 0
    while gone := prune(store, table, before, limit):
        total += gone
    return total


def test_old_lines_are_cut_off_in_bounded_passes(store: Store, place: Place) -> None:
    maintenance.ensure_partitions(store, NOW - 60 * DAY)
    _write_logs(store, [100, 61, 40, 1], each=30)
    store.append(LOG, log_row(1, id=UUID(int=5).bytes, timestamp=NOW - 80 * DAY))  # an id that tells no time
    store.append(LOG, log_row(1, id=UUID(int=6).bytes, timestamp=NOW))
    store.flush()
    assert 0 < prune(store, "log", NOW - 30 * DAY, 25) <= 30
    assert _prune_all(store, "log", NOW - 30 * DAY, 25) > 60
    assert sorted(place.rows("SELECT timestamp, count(*) FROM log GROUP BY 1")) == [(NOW - DAY, 30), (NOW, 1)]
    assert prune(store, "log", NOW - 30 * DAY) == 0


@pytest.mark.parametrize("table", PRUNABLE)
def test_every_table_that_grows_can_be_pruned(store: Store, table: str) -> None:
    assert prune(store, table, NOW) == 0


def test_history_of_tasks_is_cut_off_by_the_runs_age(store: Store, place: Place) -> None:
    for days in (400, 1):
        run = _id(NOW - days * DAY)
        for sequence in range(3):
            row = state_row(1, sequence, timestamp=NOW - days * DAY)
            store.append(TASK_RUN_STATE, (run, *row[1:]))
    store.flush()
    assert _prune_all(store, "task_run_state", NOW - 30 * DAY, 100) == 3
    assert place.rows("SELECT count(*) FROM task_run_state") == [(3,)]


def _finished_run(store: Store, clock: TestClock, number: int) -> UUID:
    backend = EmbeddedBackend(store, clock)
    wanted = request(number)
    backend.begin_flow_run(wanted, [state("RUNNING")])
    run = wanted.id.bytes
    task = number * 100
    store.append(TASK_RUN, run_row(task, 0, "COMPLETED", flow_run_id=run))
    store.append(TASK_RUN_STATE, state_row(task, 0, "COMPLETED"))
    store.append(LOG, log_row(task, flow_run_id=run))
    store.append(LOG, log_row(task + 1, flow_run_id=run, task_run_id=UUID(int=task).bytes))
    store.append(ARTIFACT, artifact_row(task, 1, flow_run_id=run))
    store.flush()
    for table in ("concurrency_slot", "slot_waiter", "slot_history"):
        store.transact(lambda tx, table=table: tx.insert(table, _held(table, run)))  # type: ignore[misc]
    store.transact(lambda tx: tx.insert("flow_run_input", {
        "id": run, "flow_run_id": run, "key": "k", "value": "1", "created": 1, "updated": 1,
    }))  # fmt: skip
    backend.propose(wanted.id, [state("COMPLETED")], 1)
    return wanted.id


def _held(table: str, run: bytes) -> dict[str, object]:
    row: dict[str, object] = {"limit_id": b"l" * 16, "holder": run, "run_id": run, "occupy": 1}
    moments = {
        "concurrency_slot": {"acquired": 1, "expires": 2},
        "slot_waiter": {"since": 1, "expires": 2},
        "slot_history": {"acquired": 1},
    }
    return {**row, **moments[table]}


OUTLIVING = {"alembic_version", "flow", "event", "event_resource"}
"""What is not the run's own: events say what happened, and are cut off by age."""


def _rows_by_table(place: Place) -> dict[str, int]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if place.dialect == "postgresql":
        sql = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname !~ '^(pg|sql)_'"
    counts = {name: place.rows(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in place.rows(sql)}
    return {name: count for name, count in counts.items() if count and name not in OUTLIVING}


def test_a_deleted_run_leaves_no_row(store: Store, place: Place) -> None:
    clock = TestClock()
    _finished_run(store, clock, 1)
    one = _rows_by_table(place)
    assert {"flow_run", "flow_run_state", "task_run", "task_run_state", "log", "artifact", "run_attempt"} < set(one)
    clock.advance(1)
    _finished_run(store, clock, 2)
    assert maintenance.delete_flow_runs(store, clock.moment) == 1
    assert _rows_by_table(place) == one
    clock.advance(1)
    assert maintenance.delete_flow_runs(store, clock.moment) == 1
    assert _rows_by_table(place) == {}
    assert maintenance.delete_flow_runs(store, clock.moment) == 0


def test_a_run_that_goes_on_is_not_deleted(store: Store, place: Place) -> None:
    clock = TestClock()
    EmbeddedBackend(store, clock).begin_flow_run(request(1), [state("RUNNING")])
    assert maintenance.delete_flow_runs(store, clock.moment + DAY) == 0
    assert place.rows("SELECT count(*) FROM flow_run") == [(1,)]


def test_task_runs_of_no_flow_are_deleted_by_age(store: Store, place: Place) -> None:
    for number, (type, due) in enumerate((("COMPLETED", 1), ("RUNNING", 1), ("COMPLETED", NOW)), 1):
        store.append(TASK_RUN, run_row(number, 0, type, expected_start_time=due))
        store.append(TASK_RUN_STATE, state_row(number, 0, type))
        store.append(LOG, log_row(number, task_run_id=UUID(int=number).bytes))
    store.flush()
    assert maintenance.delete_task_runs(store, NOW) == 1
    assert [place.rows(f"SELECT count(*) FROM {table}") for table in ("task_run", "task_run_state", "log")] == [
        [(2,)]
    ] * 3


def test_sizes_name_every_table_the_largest_first(store: Store, place: Place) -> None:
    _write_logs(store, [1], each=3000)
    store.vacuum()
    sizes = maintenance.sizes(store)
    assert sizes[0].table == "log"
    assert sizes[0].rows == 3000
    assert sizes[0].bytes is None or sizes[0].bytes > 100_000
    names: list[Any] = [size.table for size in sizes]
    assert {"flow_run", "event", "log", "task_run_state"} <= set(names)
    assert not [name for name in names if "_20" in name or name.endswith("_default")]


def test_vacuum_gives_space_back(store: Store, place: Place) -> None:
    _write_logs(store, [50], each=5000)
    before = _bytes(store)
    while prune(store, "log", NOW):
        pass
    store.vacuum()
    assert _bytes(store) < before / 3


def _bytes(store: Store) -> int:
    size = next(size for size in maintenance.sizes(store) if size.table == "log")
    return size.bytes or 0
