from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from prefect.core.times import SECOND
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.orchestrator.flow_runs import LEASE_SECONDS
from prefect.services import crash_detection, lease_renewal
from prefect.services.embedded import EmbeddedServices
from prefect.storage.keyed import flow_runs as stored_flow_runs
from tests.faults.record import Record
from tests.orchestrator.support import ELSEWHERE, TestClock, backend_at, request, state

RUN = UUID(int=1 << 16)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def backend(tmp_path: Path, clock: TestClock) -> Iterator[EmbeddedBackend]:
    made = backend_at(tmp_path / "prefect.db", clock, ELSEWHERE)
    made.begin_flow_run(request(), [state("RUNNING")])
    yield made
    made.close()
    assert Record(tmp_path).contradictions() == []


def test_within_thirty_seconds(backend: EmbeddedBackend, clock: TestClock) -> None:
    assert LEASE_SECONDS < 30
    assert crash_detection.tick(backend.store, clock) == 0
    clock.advance(LEASE_SECONDS + 0.1)
    assert crash_detection.tick(backend.store, clock) == 1
    run = backend.read_flow_run(RUN)
    assert (run.state_type, run.ended) == ("CRASHED", clock.moment)
    assert crash_detection.tick(backend.store, clock) == 0


def test_who_renews_is_kept(backend: EmbeddedBackend, clock: TestClock, tmp_path: Path) -> None:
    for _ in range(5):
        clock.advance(lease_renewal.INTERVAL * 3)
        assert lease_renewal.tick(backend.store, clock.now()) == 1
        assert crash_detection.tick(backend.store, clock) == 0
    expires = Record(tmp_path).one("SELECT expires FROM run_attempt")
    assert expires == clock.moment + int(LEASE_SECONDS * SECOND)


def test_nobody_renews_for_others(backend: EmbeddedBackend, clock: TestClock, tmp_path: Path) -> None:
    other = backend_at(tmp_path / "prefect.db", clock)
    assert lease_renewal.tick(other.store, clock.now()) == 0
    other.close()


def test_an_orphan_that_was_being_cancelled_is_cancelled(backend: EmbeddedBackend, clock: TestClock) -> None:
    backend.propose(RUN, [state("CANCELLING")], 1)
    clock.advance(LEASE_SECONDS + 1)
    assert crash_detection.tick(backend.store, clock) == 1
    assert backend.read_flow_run(RUN).state_type == "CANCELLED"


def test_a_suspended_run_is_not_given_up(backend: EmbeddedBackend, clock: TestClock) -> None:
    backend.propose(RUN, [state("PAUSED", pause_reschedule=True)], 1)
    clock.advance(LEASE_SECONDS * 100)
    assert crash_detection.tick(backend.store, clock) == 0
    assert backend.read_flow_run(RUN).state_type == "PAUSED"


def test_the_attempt_of_a_deleted_run_is_closed(backend: EmbeddedBackend, clock: TestClock, tmp_path: Path) -> None:
    backend.store.transact(lambda tx: tx.execute("DELETE FROM flow_run"))
    clock.advance(LEASE_SECONDS + 1)
    assert crash_detection.tick(backend.store, clock) == 0
    assert Record(tmp_path).one("SELECT ended FROM run_attempt") == clock.moment
    backend.store.transact(lambda tx: stored_flow_runs.delete(tx, RUN))


def test_the_duties_begin_with_the_first_run(tmp_path: Path, clock: TestClock) -> None:
    made = backend_at(tmp_path / "other.db", clock)
    services = EmbeddedServices(made)
    made.begin_flow_run(request(2), [state("RUNNING")])
    assert made.on_first_run is None
    services.stop()
    made.close()
