"""A server's duties: what is due is done, once, by one of several replicas, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.times import SECOND, to_datetime
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.services import cancellation, late_runs, pause_expirations
from prefect.services.duties import Duty, ServerServices, standard_duties
from prefect.storage.store import Store
from tests.orchestrator.support import ELSEWHERE, TestClock, request, state
from tests.server.support import new_database, opened, sqlite_url

RUN = UUID(int=1 << 16)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else new_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def backend(url: str, clock: TestClock) -> Iterator[EmbeddedBackend]:
    made = EmbeddedBackend(opened(url), clock)
    yield made
    made.close()


def scheduled(clock: TestClock, seconds: float) -> State[object]:
    due = to_datetime(clock.now()) + timedelta(seconds=seconds)
    return State(StateType.SCHEDULED, state_details=StateDetails(scheduled_time=due))


def test_a_run_that_should_have_started_is_late(backend: EmbeddedBackend, clock: TestClock) -> None:
    backend.create_flow_run(request(state=scheduled(clock, 60)))
    assert late_runs.tick(backend.store, clock) == 0
    clock.advance(80)
    assert late_runs.tick(backend.store, clock) == 1
    run = backend.read_flow_run(RUN)
    assert (run.state_type, run.state_name) == ("SCHEDULED", "Late")
    assert run.state is not None
    assert run.state.state_details.scheduled_time == to_datetime(clock.now() - 20 * SECOND)
    assert late_runs.tick(backend.store, clock) == 0


def test_a_pause_that_lasts_too_long_fails_the_run(backend: EmbeddedBackend, clock: TestClock) -> None:
    backend.begin_flow_run(request(), [state("RUNNING")])
    limit = to_datetime(clock.now() + 60 * SECOND)
    backend.propose(RUN, [State(StateType.PAUSED, state_details=StateDetails(pause_timeout=limit))], 1)
    assert pause_expirations.tick(backend.store, clock) == 0
    clock.advance(61)
    assert pause_expirations.tick(backend.store, clock) == 1
    run = backend.read_flow_run(RUN)
    assert run.state_type == "FAILED"
    assert run.state is not None
    assert run.state.message == "The flow was paused and never resumed."
    assert run.state.state_details.deferred is False


def test_a_cancellation_ends(backend: EmbeddedBackend, clock: TestClock) -> None:
    backend.begin_flow_run(request(), [state("RUNNING")])
    child = request(id=UUID(int=2 << 16), parent_flow_run_id=RUN)
    backend.begin_flow_run(child, [state("RUNNING")])
    backend.propose(RUN, [state("CANCELLING")], 1)
    assert cancellation.tick(backend.store, clock) == 0
    clock.advance(301)
    cancellation.tick(backend.store, clock)
    cancellation.tick(backend.store, clock)
    for run in (backend.read_flow_run(RUN), backend.read_flow_run(child.id)):
        assert run.state is not None
        assert (run.state_type, run.state.state_details.deferred) == ("CANCELLED", False)


def test_of_several_replicas_one_makes_each_pass(url: str, clock: TestClock) -> None:
    made: list[str] = []
    stores = [opened(url) for _ in range(3)]
    duties = {store: Duty("sweeping", 10.0, lambda used, _clock: made.append(used.process) or 1) for store in stores}
    replicas = [(ServerServices(store, clock, [duty], shared=True), duty) for store, duty in duties.items()]
    for _ in range(4):
        assert sum(replica.perform(duty) for replica, duty in replicas) == 1
        clock.advance(10.0)
    assert len(made) == 4
    for store in stores:
        store.close()


def test_a_server_that_was_away_gives_holders_time_to_report(url: str, clock: TestClock) -> None:
    backend = EmbeddedBackend(opened(url), clock)
    backend.store.process = ELSEWHERE
    duty = next(duty for duty in standard_duties() if duty.name == "crash_detection")
    backend.begin_flow_run(request(), [state("RUNNING")])
    _held_elsewhere(backend.store)
    clock.advance(120)
    assert duty.tick(backend.store, clock) == 0
    clock.advance(26)
    assert duty.tick(backend.store, clock) == 1
    assert backend.read_flow_run(RUN).state_type == "CRASHED"
    backend.close()


def _held_elsewhere(store: Store) -> None:
    store.transact(lambda tx: tx.execute("UPDATE run_attempt SET holder = ?", (ELSEWHERE,)))
