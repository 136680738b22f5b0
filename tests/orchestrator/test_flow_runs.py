from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from prefect.core.lifecycle.transitions import Outcome
from prefect.core.times import SECOND
from prefect.exceptions import ObjectNotFound, StorageError
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.orchestrator.flow_runs import LEASE_SECONDS
from prefect.storage import requests
from prefect.storage.sqlite.store import SqliteStore
from tests.orchestrator.support import ELSEWHERE, START, PlaceRecord, TestClock, at, backend_at, request, state
from tests.storage.support import run_row, state_row
from tests.support.databases import Place


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def backend(place: Place, clock: TestClock) -> EmbeddedBackend:
    return backend_at(place, clock)


@pytest.fixture
def other(place: Place, clock: TestClock) -> EmbeddedBackend:
    """Another process, on another machine, on the same record."""
    return backend_at(place, clock, ELSEWHERE)


@pytest.fixture
def record(place: Place) -> Iterator[PlaceRecord]:
    yield PlaceRecord(place)
    assert PlaceRecord(place).contradictions() == []


RUN = UUID(int=1 << 16)


def _starting() -> tuple[object, object]:
    return state("PENDING"), state("RUNNING")


def _begin(backend: EmbeddedBackend, **facts: object) -> None:
    transition = backend.begin_flow_run(request(**facts), [state("RUNNING")])  # type: ignore[arg-type]
    assert transition.verdict.outcome is Outcome.ACCEPT


# --- creating


def test_a_run_is_created_once(backend: EmbeddedBackend, record: PlaceRecord) -> None:
    first = backend.create_flow_run(request(tags=["b", "a"], parameters='{"x": 1}', labels={"k": "v"}))
    again = backend.create_flow_run(request())
    assert (first.id, first.state_name, first.tags, first.parameters) == (RUN, "Pending", ["b", "a"], {"x": 1})
    assert (again.sequence, again.labels, again.flow_name) == (0, {"k": "v"}, "flow")
    assert record.one("SELECT count(*) FROM flow") == 1


def test_an_idempotency_key_gives_the_run_it_gave_before(backend: EmbeddedBackend, record: PlaceRecord) -> None:
    first = backend.create_flow_run(request(1, idempotency_key="key"))
    assert backend.create_flow_run(request(2, idempotency_key="key")).id == first.id
    assert backend.create_flow_run(request(3, idempotency_key="other")).id != first.id
    assert record.one("SELECT count(*) FROM flow_run") == 2


def test_no_such_run(backend: EmbeddedBackend) -> None:
    for ask in (lambda: backend.read_flow_run(RUN), lambda: backend.propose(RUN, [state("RUNNING")], 1)):
        with pytest.raises(ObjectNotFound, match=str(RUN)):
            ask()


# --- from beginning to end


def test_a_run_from_beginning_to_end(backend: EmbeddedBackend, clock: TestClock, record: PlaceRecord) -> None:
    _begin(backend)
    clock.advance(3)
    transition = backend.propose(RUN, [state("COMPLETED")], 1)
    assert transition.verdict.outcome is Outcome.ACCEPT
    run = backend.read_flow_run(RUN)
    assert (run.attempt, run.run_count, run.sequence, run.version) == (1, 1, 2, 3)
    assert (run.started, run.ended, run.run_micros) == (START, START + 3 * SECOND, 3 * SECOND)
    history = record.rows("SELECT sequence, type, attempt FROM flow_run_state ORDER BY 1")
    assert history == [(0, "PENDING", 0), (1, "RUNNING", 1), (2, "COMPLETED", 1)]
    assert record.rows("SELECT holder, ended IS NULL FROM run_attempt") == [("here/boot/1/1", 0)]


def test_proposals_stop_at_the_first_that_is_not_accepted(backend: EmbeddedBackend, record: PlaceRecord) -> None:
    _begin(backend)
    transition = backend.propose(RUN, [state("FAILED"), state("RUNNING"), state("COMPLETED")], 1)
    assert transition.verdict.outcome is Outcome.ABORT
    assert transition.run.state_name == "Failed"


def test_force(backend: EmbeddedBackend, record: PlaceRecord) -> None:
    _begin(backend)
    backend.propose(RUN, [state("COMPLETED")], 1)
    assert backend.propose(RUN, [state("FAILED")], 1).verdict.outcome is Outcome.ABORT
    assert backend.propose(RUN, [state("FAILED")], 1, force=True).run.state_name == "Failed"


def test_a_retry_waits_for_its_delay(backend: EmbeddedBackend, clock: TestClock, record: PlaceRecord) -> None:
    _begin(backend, retries=1, retry_delay=5.0)
    transition = backend.propose(RUN, [state("FAILED", "boom")], 1)
    assert (transition.run.state_name, transition.run.next_scheduled_start) == ("AwaitingRetry", START + 5 * SECOND)
    early = backend.propose(RUN, [state("RUNNING")], 1)
    assert (early.verdict.outcome, early.verdict.wait_until) == (Outcome.WAIT, START + 5 * SECOND)
    clock.advance(5)
    assert backend.propose(RUN, [state("RUNNING")], 1).verdict.outcome is Outcome.ACCEPT
    run = backend.propose(RUN, [state("FAILED")], 1).run
    assert (run.state_name, run.run_count, run.next_scheduled_start) == ("Failed", 2, None)
    assert record.one("SELECT reason FROM flow_run_state WHERE name = 'AwaitingRetry'") == "Retrying"


def test_a_scheduled_run_waits_also_when_it_is_pending(
    backend: EmbeddedBackend, clock: TestClock, record: PlaceRecord
) -> None:
    backend.create_flow_run(request(state=state("SCHEDULED", scheduled_time=at(60))))
    transition = backend.propose(RUN, _starting(), 1)  # type: ignore[arg-type]
    assert (transition.verdict.outcome, transition.run.state_name) == (Outcome.WAIT, "Pending")
    assert backend.read_flow_run(RUN).expected_start == START + 60 * SECOND
    clock.advance(60)
    assert backend.propose(RUN, _starting(), 1).verdict.outcome is Outcome.ACCEPT  # type: ignore[arg-type]


# --- attempts


def test_a_stale_attempt_changes_nothing(backend: EmbeddedBackend, record: PlaceRecord) -> None:
    _begin(backend)
    backend.propose(RUN, [state("FAILED")], 1)
    backend.propose(RUN, _starting(), 2)  # type: ignore[arg-type]
    late = backend.propose(RUN, [state("COMPLETED")], 1)
    assert (late.verdict.outcome, late.run.state_name) == (Outcome.ABORT, "Running")
    assert late.verdict.reason == "Attempt 1 was superseded by attempt 2."


def test_a_run_in_other_hands_is_left_there(
    backend: EmbeddedBackend, other: EmbeddedBackend, clock: TestClock, record: PlaceRecord
) -> None:
    _begin(backend)
    for asked in ([state("PENDING")], [state("RUNNING")], [state("SCHEDULED")]):
        verdict = other.propose(RUN, asked, 2).verdict
        assert verdict.outcome in (Outcome.ABORT, Outcome.REJECT)
        assert verdict.state is None
    clock.advance(LEASE_SECONDS - 1)
    assert other.propose(RUN, [state("SCHEDULED")], 2).verdict.outcome is Outcome.REJECT


def test_also_while_it_awaits_its_next_try(
    backend: EmbeddedBackend, other: EmbeddedBackend, clock: TestClock, record: PlaceRecord
) -> None:
    _begin(backend, retries=1)
    backend.propose(RUN, [state("FAILED")], 1)
    assert other.propose(RUN, _starting(), 2).verdict.outcome is Outcome.REJECT  # type: ignore[arg-type]
    assert backend.propose(RUN, _starting(), 2).verdict.outcome is Outcome.REJECT  # type: ignore[arg-type]
    assert backend.propose(RUN, [state("RUNNING")], 1).verdict.outcome is Outcome.ACCEPT


def test_a_run_whose_lease_lapsed_is_crashed_and_taken_over(
    backend: EmbeddedBackend, other: EmbeddedBackend, clock: TestClock, record: PlaceRecord
) -> None:
    _begin(backend)
    backend.record("task_run", run_row(5, 1, flow_run_id=RUN.bytes))
    for sequence, type in enumerate(("PENDING", "RUNNING")):
        backend.record("task_run_state", state_row(5, sequence, type))
    backend.flush()
    clock.advance(LEASE_SECONDS + 1)
    transition = other.propose(RUN, _starting(), 2)  # type: ignore[arg-type]
    assert transition.verdict.outcome is Outcome.ACCEPT
    assert record.rows("SELECT type FROM flow_run_state ORDER BY sequence") == [
        ("PENDING",), ("RUNNING",), ("CRASHED",), ("PENDING",), ("RUNNING",),
    ]  # fmt: skip
    (message,) = record.rows("SELECT message FROM flow_run_state WHERE type = 'CRASHED'")[0]
    assert (
        message == "The process that ran this flow (pid 1 on here) has not been heard of since 2027-01-15 08:00:00 UTC."
    )
    assert record.rows("SELECT state_type, state_message FROM task_run") == [("CRASHED", message)]
    assert backend.propose(RUN, [state("COMPLETED")], 1).verdict.outcome is Outcome.ABORT


def test_a_lease_counts_from_the_decision_not_from_the_clock_of_who_asked(
    backend: EmbeddedBackend, clock: TestClock, record: PlaceRecord
) -> None:
    early = state("RUNNING")
    early.timestamp = at(-3600)
    backend.begin_flow_run(request(), [early])
    assert record.rows("SELECT started, expires FROM run_attempt") == [(START, START + int(LEASE_SECONDS * SECOND))]


# --- the database is away


def test_how_a_run_ended_is_not_forgotten(
    backend: EmbeddedBackend, record: PlaceRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(backend.store, SqliteStore):
        pytest.skip("test_outages does the same to PostgreSQL")
    monkeypatch.setattr(requests, "PATIENCE", 0.1)
    _begin(backend)
    file = backend.store._file
    open_writer = file.writer
    file.close_writer()
    monkeypatch.setattr(file, "writer", lambda: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="full"):
        backend.propose(RUN, [state("RUNNING")], 1)
    with pytest.raises(StorageError, match="full"):
        backend.propose(RUN, [state("COMPLETED")], 1)
    monkeypatch.setattr(file, "writer", open_writer)
    backend.flush(10)
    assert record.rows("SELECT type FROM flow_run_state ORDER BY sequence") == [
        ("PENDING",), ("RUNNING",), ("COMPLETED",),
    ]  # fmt: skip


def test_the_first_run_is_noticed_once(backend: EmbeddedBackend) -> None:
    noticed: list[int] = []
    backend.on_first_run = lambda: noticed.append(1)
    backend.create_flow_run(request(1))
    assert noticed == []
    _begin(backend, number=2)
    _begin(backend, number=3)
    assert noticed == [1]


def test_a_child_and_its_calls_are_found(backend: EmbeddedBackend) -> None:
    parent_task = UUID(int=77)
    _begin(backend, parent_task_run_id=parent_task)
    assert backend.child_flow_run(parent_task) == RUN
    assert backend.child_flow_run(UUID(int=78)) is None
    backend.record("task_run", run_row(5, 0, flow_run_id=RUN.bytes, call_key=b"key"))
    backend.record("task_run", run_row(6, 0, flow_run_id=RUN.bytes))
    backend.flush()
    assert [(call.run_id, call.call_key) for call in backend.recorded_calls(RUN)] == [(UUID(int=5), b"key")]
