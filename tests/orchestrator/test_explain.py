"""Why runs of the engine wait: on global limits and on processes that may be gone."""

from __future__ import annotations

from uuid import UUID

import pytest

from prefect.core.explain import Cause
from prefect.core.ports import SlotRequest
from prefect.core.times import SECOND
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.orchestrator.explain import Explained, explain_flow_run
from prefect.storage.keyed import limits
from tests.orchestrator.support import ELSEWHERE, STARTING, TestClock, backend_at, request, state
from tests.support.databases import Place


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def begun(backend: EmbeddedBackend, number: int) -> UUID:
    return backend.begin_flow_run(request(number), [state(kind) for kind in STARTING]).run.id


def why(backend: EmbeddedBackend, run_id: UUID, clock: TestClock) -> Explained:
    found = explain_flow_run(backend.store, run_id, clock.now())
    assert found is not None
    return found


def test_a_global_limit_names_who_holds_it_and_since_when(place: Place, clock: TestClock) -> None:
    backend = backend_at(place, clock, ELSEWHERE)
    holder, waiter = begun(backend, 1), begun(backend, 2)
    backend.store.transact(lambda tx: limits.write(tx, clock.new_id(), limits.GLOBAL, "db", 1, clock.now()))
    assert backend.acquire_slots(SlotRequest(["db"], 1, clock.new_id(), holder, 1, 60.0)).granted
    taken = clock.now()
    clock.advance(1)
    assert not backend.acquire_slots(SlotRequest(["db"], 1, clock.new_id(), waiter, 1, 60.0)).granted
    clock.advance(2)
    first = why(backend, waiter, clock).explanations[0]
    assert first.cause is Cause.GLOBAL_LIMIT
    assert first.since == taken + SECOND
    assert first.limit is not None
    [named] = first.limit.holders
    assert (named.id, named.kind, named.name, named.since) == (holder, "flow_run", "run-1", taken)
    assert named.process == "process 2 on elsewhere"
    assert why(backend, holder, clock).explanations[0].cause is Cause.RUNNING


def test_a_process_that_is_gone(place: Place, clock: TestClock) -> None:
    backend = backend_at(place, clock, ELSEWHERE)
    run_id = begun(backend, 1)
    assert why(backend, run_id, clock).explanations[0].cause is Cause.RUNNING
    clock.advance(60)
    first = why(backend, run_id, clock).explanations[0]
    assert first.cause is Cause.PROCESS_LOST
    assert "process 2 on elsewhere" in first.sentence
    assert first.next_decision == clock.now()


def test_there_is_no_such_run(place: Place, clock: TestClock) -> None:
    assert explain_flow_run(backend_at(place, clock).store, UUID(int=5), clock.now()) is None
