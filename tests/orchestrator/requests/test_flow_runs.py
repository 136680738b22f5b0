from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State
from prefect.core.lifecycle.transitions import Outcome
from prefect.core.ports import Transition
from prefect.exceptions import ObjectAlreadyExists
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.orchestrator.lost_runs import CLIENT
from prefect.orchestrator.requests import flow_runs
from prefect.services import crash_detection
from prefect.storage.keyed import attempts, limits, slots
from prefect.storage.keyed.events.heartbeats import renew_by_heartbeat
from prefect.storage.transaction import Transaction
from prefect.utilities.records import evolve
from tests.orchestrator.support import ELSEWHERE, TestClock, backend_at, request, state
from tests.support.databases import Place

DAY = 86_400.0
FLOW, DEPLOYMENT, LIMIT = UUID(int=77 << 16), UUID(int=78 << 16), UUID(int=79 << 16)


class Clients:
    """What clients of the API do to one record."""

    def __init__(self, place: Place, clock: TestClock) -> None:
        self.backend, self.clock = backend_at(place, clock), clock
        self.backend.store.transact(self._prepare)

    def _prepare(self, tx: Transaction) -> None:
        now = self.clock.now()
        flow: dict[str, object] = {"id": FLOW.bytes, "name": "f", "tags": "[]", "labels": '{"team": "x"}'}
        tx.insert("flow", {**flow, "created": now, "updated": now})
        limits.write(tx, LIMIT, limits.GLOBAL, f"deployment:{DEPLOYMENT}", 1, now)
        deployment: dict[str, object] = {
            "id": DEPLOYMENT.bytes, "flow_id": FLOW.bytes, "name": "d", "paused": 0, "status": "READY", "tags": "[]",
            "labels": '{"of": "d"}', "parameters": "{}", "job_variables": "{}", "enforce_parameter_schema": 0,
            "concurrency_limit_id": LIMIT.bytes, "created": now, "updated": now,
        }  # fmt: skip
        tx.insert("deployment", deployment)

    def create(self, number: int = 1, first: str = "SCHEDULED", **facts: Any) -> FlowRun:
        wanted = evolve(request(number, first, **facts), flow_id=FLOW)
        return self.backend.store.transact(lambda tx: flow_runs.create(tx, wanted, self.clock))[0]

    def propose(self, run: FlowRun, kind: str | State[object], force: bool = False, **details: Any) -> Transition:
        wanted = state(kind, **details) if isinstance(kind, str) else kind
        decided = self.backend.store.transact(lambda tx: flow_runs.set_state(tx, run.id, wanted, force, self.clock))
        assert decided is not None
        return decided

    def slots(self) -> list[tuple[Any, ...]]:
        return self.backend.store.read(lambda tx: tx.all("SELECT holder, run_id, process FROM concurrency_slot"))


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def clients(place: Place, clock: TestClock) -> Clients:
    return Clients(place, clock)


def _crashed(backend: EmbeddedBackend, clock: TestClock) -> int:
    return crash_detection.tick(backend.store, clock)


# --- made


def test_a_run_is_made_in_any_state_with_the_labels_of_what_it_belongs_to(clients: Clients) -> None:
    run = clients.create(first="RUNNING", labels={"own": 1}, deployment_id=DEPLOYMENT)
    assert (run.state_name, run.run_count, run.attempt) == ("Running", 1, 1)
    assert run.labels == {
        "team": "x",
        "of": "d",
        "own": 1,
        "prefect.flow.id": str(FLOW),
        "prefect.deployment.id": str(DEPLOYMENT),
    }


def test_the_same_key_is_the_same_run(clients: Clients) -> None:
    assert clients.create(1, idempotency_key="k").id == clients.create(2, idempotency_key="k").id


def test_a_run_of_no_flow_is_refused(clients: Clients) -> None:
    wanted = evolve(request(), flow_id=UUID(int=5))
    with pytest.raises(ObjectAlreadyExists, match="There is no flow"):
        clients.backend.store.transact(lambda tx: flow_runs.create(tx, wanted, clients.clock))


# --- attempts without leases


def test_a_client_is_never_late_with_a_heartbeat_it_does_not_send(clients: Clients, clock: TestClock) -> None:
    run = clients.create()
    clients.propose(run, "RUNNING")
    clock.advance(10 * DAY)
    assert _crashed(clients.backend, clock) == 0
    held = clients.backend.store.read(lambda tx: attempts.live_attempt(tx, run.id))
    assert held is not None
    assert held.holder == CLIENT
    assert clients.propose(run, "COMPLETED").verdict.outcome is Outcome.ACCEPT
    assert clients.backend.store.read(lambda tx: attempts.live_attempt(tx, run.id)) is None


def test_once_it_sends_heartbeats_their_end_is_a_crash(clients: Clients, clock: TestClock) -> None:
    run = clients.create()
    clients.propose(run, "RUNNING")
    for _ in range(2):
        clock.advance(30)
        clients.backend.store.transact(lambda tx: renew_by_heartbeat(tx, [run.id], clock.now()))
    clock.advance(80)
    assert _crashed(clients.backend, clock) == 0
    clock.advance(DAY)
    assert _crashed(clients.backend, clock) == 1
    crashed = clients.backend.read_flow_run(run.id).state
    assert crashed is not None
    assert crashed.is_crashed()
    assert "not been heard of" in str(crashed.message)


def test_what_an_engine_runs_is_not_taken_over(clients: Clients, place: Place, clock: TestClock) -> None:
    engine = backend_at(place, clock, ELSEWHERE)
    begun = engine.begin_flow_run(request(), [state("RUNNING")]).run
    refused = clients.propose(begun, "SCHEDULED").verdict
    assert (refused.outcome, refused.state) == (Outcome.REJECT, None)
    assert engine.propose(begun.id, [state("COMPLETED")], 1).verdict.outcome is Outcome.ACCEPT


def test_a_pause_belongs_to_its_attempt(clients: Clients) -> None:
    run = clients.create()
    for kind in ("RUNNING", "PAUSED", "RUNNING"):
        last = clients.propose(run, kind)
    assert (last.run.attempt, last.run.run_count) == (1, 2)
    clients.propose(run, "FAILED")
    assert clients.propose(run, "RUNNING").run.attempt == 2


# --- asked again


def test_a_transition_whose_answer_was_lost_is_made_once(clients: Clients) -> None:
    run, mark = clients.create(), UUID(int=9)
    first = clients.propose(run, "RUNNING", transition_id=mark)
    again = clients.propose(run, "RUNNING", transition_id=mark)
    assert (again.verdict.outcome, again.verdict.state) == (Outcome.REJECT, None)
    assert again.run.state_id == first.run.state_id
    assert again.run.run_count == 1


def test_so_is_one_that_another_state_answered(clients: Clients) -> None:
    run, mark = clients.create(retries=1), UUID(int=9)
    clients.propose(run, "RUNNING")
    retried = clients.propose(run, "FAILED", transition_id=mark).run
    assert retried.state is not None
    assert retried.state.state_details.transition_id is None
    again = clients.propose(run, "FAILED", transition_id=mark)
    assert (again.verdict.state, again.run.state_name) == (None, "AwaitingRetry")
    clients.propose(run, "RUNNING")
    assert clients.propose(run, "FAILED", transition_id=mark).verdict.state is not None


def test_why_a_state_was_replaced_is_on_record(clients: Clients) -> None:
    run = clients.create(retries=1)
    clients.propose(run, "RUNNING")
    clients.propose(run, "FAILED")
    sql = "SELECT name, reason FROM flow_run_state WHERE flow_run_id = ? ORDER BY sequence DESC LIMIT 1"
    assert clients.backend.store.read(lambda tx: tx.one(sql, (run.id.bytes,))) == ("AwaitingRetry", "Retrying")


# --- slots of deployments


def test_a_slot_is_a_row_that_goes_with_the_run(clients: Clients, clock: TestClock) -> None:
    first, second = (clients.create(number, deployment_id=DEPLOYMENT) for number in (1, 2))
    taken = clients.propose(first, "PENDING").run.state
    assert taken is not None
    lease = taken.state_details.deployment_concurrency_lease_id
    assert lease is not None
    assert [(UUID(bytes=bytes(row[0])), row[2]) for row in clients.slots()] == [(lease, CLIENT)]
    waits = clients.propose(second, "PENDING")
    assert (waits.run.state_name, waits.verdict.reason) == (
        "AwaitingConcurrencySlot",
        "Deployment concurrency limit reached.",
    )
    for kind in ("RUNNING", "COMPLETED"):
        clients.propose(first, kind)
    assert clients.slots() == []
    clock.advance(31)
    assert clients.propose(second, "PENDING").verdict.outcome is Outcome.ACCEPT


def test_leases_that_nobody_renews_run_out(clients: Clients, clock: TestClock) -> None:
    first, second = (clients.create(number, deployment_id=DEPLOYMENT) for number in (1, 2))
    clients.propose(first, "PENDING")
    clock.advance(301)
    assert clients.propose(second, "PENDING").verdict.outcome is Outcome.ACCEPT


def test_an_engine_that_begins_the_run_renews_its_slot(clients: Clients, place: Place, clock: TestClock) -> None:
    run = clients.create(deployment_id=DEPLOYMENT)
    clients.propose(run, "PENDING")
    engine = backend_at(place, clock, ELSEWHERE)
    engine.propose(run.id, [state("RUNNING")], 1)
    assert [row[2] for row in clients.slots()] == [ELSEWHERE]
    assert engine.store.transact(lambda tx: slots.renew_process(tx, clock.now(), clock.now() + 10**9)) == 1
    engine.propose(run.id, [state("COMPLETED")], 1)
    assert clients.slots() == []
