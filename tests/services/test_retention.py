"""Old things are cut off a little at a time, young ones stay, and what lost its run goes, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from prefect.core.ids import uuid7
from prefect.core.journal import LOG, TASK_RUN, TASK_RUN_STATE
from prefect.core.times import SECOND
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.services import partitions
from prefect.services.retention import NOTHING, Ages, Retention, Rhythm, orphans, steps
from prefect.storage import leftovers, maintenance
from tests.orchestrator.support import ELSEWHERE, START, TestClock, backend_at, request, state
from tests.storage.support import log_row, run_row, state_row
from tests.support.databases import Place, place, shared_postgres

__all__ = ["place", "shared_postgres"]

DAY = 86_400 * SECOND
EVER = Ages(*NOTHING)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def backend(place: Place, clock: TestClock) -> EmbeddedBackend:
    made = backend_at(place, clock, ELSEWHERE)
    maintenance.ensure_partitions(made.store, START - 30 * DAY)
    return made


def an_id(days: float, number: int = 0) -> bytes:
    return uuid7(START - int(days * DAY), number << 16).bytes


def log(backend: EmbeddedBackend, days: float, count: int = 1, **facts: object) -> None:
    for number in range(count):
        row = log_row(1, id=an_id(days, number), timestamp=START - int(days * DAY), **facts)
        backend.store.append(LOG, row)
    backend.store.flush()


def event(backend: EmbeddedBackend, days: float, name: str, number: int = 0) -> None:
    moment, key = START - int(days * DAY), an_id(days, number)
    values: dict[str, object] = {"id": key, "name": name, "resource_id": "r", "resource": "{}", "related": "[]"}
    rest = {"payload": "{}", "occurred": moment, "received": moment}
    about: dict[str, object] = {
        "event_id": key,
        "position": 0,
        "resource_id": "r",
        "role": "",
        "labels": json.dumps({}),
    }
    backend.store.transact(lambda tx: tx.insert("event", {**values, **rest}))
    backend.store.transact(lambda tx: tx.insert("event_resource", {**about, "occurred": moment}))


def finished(backend: EmbeddedBackend, number: int) -> UUID:
    wanted = request(number)
    backend.begin_flow_run(wanted, [state("RUNNING"), state("COMPLETED")])
    return wanted.id


def counted(place: Place, table: str) -> int:
    return int(place.rows(f"SELECT count(*) FROM {table}")[0][0])


def cut_all(backend: EmbeddedBackend, ages: Ages, clock: TestClock) -> None:
    for step in steps(backend.store, ages, clock.now()):
        while step.cut():
            continue
        assert step.left() == 0, step.what


def test_each_thing_is_kept_as_long_as_its_age_says(backend: EmbeddedBackend, place: Place, clock: TestClock) -> None:
    log(backend, 20, 3)
    log(backend, 2, 2)
    event(backend, 20, "old", 1)
    event(backend, 2, "young", 2)
    event(backend, 2, "heartbeat", 3)
    hours = {"heartbeat": timedelta(hours=1), "young": timedelta(days=300)}
    cut_all(backend, EVER._replace(events=timedelta(days=7), named_events=hours, logs=timedelta(days=7)), clock)
    assert counted(place, "log") == 2
    assert place.rows("SELECT name FROM event") == [("young",)]
    assert counted(place, "event_resource") == 1


def test_what_has_no_age_is_kept(backend: EmbeddedBackend, place: Place, clock: TestClock) -> None:
    log(backend, 3000)
    event(backend, 3000, "old")
    finished(backend, 1)
    assert steps(backend.store, NOTHING, clock.now() + 9000 * DAY) == []


def test_flow_runs_go_with_all_that_is_theirs(backend: EmbeddedBackend, place: Place, clock: TestClock) -> None:
    finished(backend, 1)
    clock.advance(10 * 86_400)
    kept = finished(backend, 2)
    cut_all(backend, EVER._replace(flow_runs=timedelta(days=5)), clock)
    assert place.rows("SELECT id FROM flow_run") == [(kept.bytes,)]
    assert place.rows("SELECT DISTINCT flow_run_id FROM flow_run_state") == [(kept.bytes,)]


def test_rows_without_their_run_go_and_others_stay(backend: EmbeddedBackend, place: Place, clock: TestClock) -> None:
    run = finished(backend, 1)
    for number in range(30):
        log(backend, 3 + number / 1000, flow_run_id=an_id(5), task_run_id=None)  # of a run that is not there
        log(backend, 4 + number / 1000, flow_run_id=run.bytes, task_run_id=None)
    log(backend, 0.5, flow_run_id=an_id(5), task_run_id=None)  # too young to be sure
    log(backend, 6, flow_run_id=None, task_run_id=None)
    backend.store.append(TASK_RUN, run_row(1, 0, "COMPLETED", id=an_id(4), flow_run_id=an_id(5)))
    backend.store.append(TASK_RUN_STATE, (an_id(4), *state_row(1, 0)[1:]))
    backend.store.flush()
    found = [each for each in orphans(backend.store, clock.now(), rows=7) if each[1]]
    assert {table: sum(n for name, n in found if name == table) for table, _ in found} == {
        "task_run": 1, "task_run_state": 1, "log": 30,
    }  # fmt: skip
    assert all(count <= 7 for _, count in found)
    assert counted(place, "log") == 32
    assert counted(place, "flow_run_state") == 3


def test_a_round_is_made_in_passes_and_the_next_begins_in_time(
    backend: EmbeddedBackend, place: Place, clock: TestClock
) -> None:
    log(backend, 20, 50)
    ages = EVER._replace(logs=timedelta(days=7), orphans=True)
    retention = Retention(ages, Rhythm(every=600, orphans_every=3600, batch=1))
    passes = 0
    while counted(place, "log"):
        passes += 1
        ticking = TickingClock(clock)  # every look takes a second, so that a pass ends after its first step
        assert retention.tick(backend.store, ticking) > 0
        assert passes < 10
    for _ in range(30):
        retention.tick(backend.store, clock)
    log(backend, 20, 5)
    assert retention.tick(backend.store, clock) == 0
    clock.advance(601)
    assert retention.tick(backend.store, clock) == 5
    if place.dialect == "sqlite":
        assert passes == 3


class TickingClock(TestClock):
    """A second passes whenever it is asked."""

    __test__ = False

    def __init__(self, clock: TestClock) -> None:
        super().__init__()
        self.moment = clock.moment

    def monotonic(self) -> float:
        self.advance(1)
        return super().monotonic()


def test_the_oldest_row_of_each_table(backend: EmbeddedBackend, clock: TestClock) -> None:
    log(backend, 20)
    log(backend, 10)
    event(backend, 5, "e")
    found = leftovers.oldest(backend.store)
    assert found["log"] == START - 20 * DAY
    assert found["event"] == START - 5 * DAY
    assert "slot_history" not in found


def test_parts_are_made_ahead_where_the_database_has_parts(
    backend: EmbeddedBackend, place: Place, clock: TestClock
) -> None:
    assert partitions.tick(backend.store, clock) >= 0
    clock.advance(60 * 86_400)
    made = partitions.tick(backend.store, clock)
    assert made > 0 if place.dialect == "postgresql" else made == 0
    assert partitions.tick(backend.store, clock) == 0
