from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from prefect.core.lifecycle.outcome import StoredData
from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.core.lifecycle.transitions import Outcome
from prefect.exceptions import ObjectAlreadyExists
from prefect.orchestrator.requests import flow_runs, task_runs
from prefect.orchestrator.requests.task_runs import TaskTransition
from prefect.storage.keyed import limits
from prefect.storage.keyed.runs.task_runs import NewTaskRun
from prefect.storage.transaction import Transaction
from prefect.utilities.records import evolve
from tests.orchestrator.support import TestClock, backend_at, request, state
from tests.support.databases import Place

FLOW = UUID(int=77 << 16)


class Tasks:
    """Task runs in one running flow run."""

    def __init__(self, place: Place, clock: TestClock) -> None:
        self.clock, self.store = clock, backend_at(place, clock).store
        self.store.transact(self._prepare)
        wanted = evolve(request(1, "RUNNING", labels={"team": "x"}), flow_id=FLOW)
        self.flow_run: FlowRun = self.store.transact(lambda tx: flow_runs.create(tx, wanted, clock))[0]

    def _prepare(self, tx: Transaction) -> None:
        values: dict[str, object] = {"id": FLOW.bytes, "name": "f", "tags": "[]", "labels": "{}"}
        tx.insert("flow", {**values, "created": self.clock.now(), "updated": self.clock.now()})
        limits.write(tx, UUID(int=80 << 16), limits.TAG, "db", 1, self.clock.now())

    def create(self, number: int = 1, key: str = "0", **given: Any) -> tuple[TaskRun, bool]:
        new = NewTaskRun(UUID(int=number << 20), self.flow_run.id, "t", "task", key, (), {}, {}, {})
        return self.store.transact(lambda tx: task_runs.create(tx, new._replace(**given), state("PENDING"), self.clock))

    def propose(self, run: TaskRun, kind: str, data: object = None, **details: Any) -> TaskTransition:
        wanted = state(kind, **details)
        wanted.data = None if data is None else StoredData(data)
        decided = self.store.transact(lambda tx: task_runs.set_state(tx, run.id, wanted, False, self.clock))
        assert decided is not None
        return decided

    def slots(self) -> int:
        row = self.store.read(lambda tx: tx.one("SELECT COUNT(*) FROM concurrency_slot"))
        assert row is not None
        return int(row[0])


@pytest.fixture
def tasks(place: Place) -> Tasks:
    return Tasks(place, TestClock())


def test_a_task_run_is_made_once(tasks: Tasks) -> None:
    first, new = tasks.create(1)
    again, new_again = tasks.create(2)
    assert (new, new_again) == (True, False)
    assert again.id == first.id
    assert first.labels["team"] == "x"
    assert first.labels["prefect.flow-run.id"] == str(tasks.flow_run.id)


def test_ids_and_flow_runs_have_to_be_right(tasks: Tasks) -> None:
    tasks.create(1)
    with pytest.raises(ObjectAlreadyExists, match="with other keys"):
        tasks.create(1, "1")
    with pytest.raises(ObjectAlreadyExists, match="There is no flow run"):
        tasks.create(2, flow_run_id=UUID(int=5))


def test_delays_come_in_turn_and_tries_are_counted(tasks: Tasks) -> None:
    run, _ = tasks.create(policy={"retries": 2, "retry_delay": [10, 20]})
    for delay in (10, 20):
        tasks.propose(run, "RUNNING")
        retried = tasks.propose(run, "FAILED")
        assert (retried.verdict.reason, retried.run.state_name) == ("Retrying", "AwaitingRetry")
        waits = tasks.propose(run, "RUNNING").verdict
        assert waits.outcome is Outcome.WAIT
        assert waits.wait_until == tasks.clock.now() + delay * 1_000_000
        tasks.clock.advance(delay)
    last = tasks.propose(run, "RUNNING").run
    assert (last.state_name, last.run_count, last.flow_run_run_count) == ("Retrying", 3, 1)
    assert tasks.propose(run, "FAILED").verdict.outcome is Outcome.ACCEPT
    assert tasks.propose(run, "RUNNING").run.run_count == 1


def test_one_result_for_one_cache_key(tasks: Tasks) -> None:
    first, second = tasks.create(1, "1")[0], tasks.create(2, "2")[0]
    tasks.propose(first, "RUNNING")
    tasks.propose(first, "COMPLETED", {"storage_key": "k"}, cache_key="same")
    cached = tasks.propose(second, "RUNNING", cache_key="same")
    assert cached.run.state is not None
    assert (cached.run.state_name, cached.run.state.data) == ("Cached", StoredData({"storage_key": "k"}))
    assert cached.run.run_count == 0


def test_a_tag_has_as_many_as_it_has_slots(tasks: Tasks) -> None:
    first, second = tasks.create(1, "1", tags=("db",))[0], tasks.create(2, "2", tags=("db", "free"))[0]
    tasks.propose(first, "RUNNING")
    waits = tasks.propose(second, "RUNNING").verdict
    assert (waits.outcome, waits.reason) == (Outcome.WAIT, "Concurrency limit reached for tags: db")
    tasks.propose(first, "COMPLETED")
    assert tasks.propose(second, "RUNNING").verdict.outcome is Outcome.ACCEPT
    assert tasks.slots() == 1


def test_the_slots_of_tasks_end_with_their_flow_run(tasks: Tasks) -> None:
    run, _ = tasks.create(tags=("db",))
    tasks.propose(run, "RUNNING")
    crashed = state("CRASHED", "gone")
    tasks.store.transact(lambda tx: flow_runs.set_state(tx, tasks.flow_run.id, crashed, False, tasks.clock))
    assert tasks.slots() == 0
    assert tasks.propose(run, "COMPLETED").run.state_name == "Completed"


def test_no_task_starts_after_its_flow(tasks: Tasks) -> None:
    run, _ = tasks.create()
    done = state("COMPLETED")
    tasks.store.transact(lambda tx: flow_runs.set_state(tx, tasks.flow_run.id, done, False, tasks.clock))
    assert tasks.propose(run, "RUNNING").verdict.outcome is Outcome.ABORT


def test_a_transition_whose_answer_was_lost_is_made_once(tasks: Tasks) -> None:
    run, mark = tasks.create()[0], UUID(int=9)
    first = tasks.propose(run, "RUNNING", transition_id=mark)
    again = tasks.propose(run, "RUNNING", transition_id=mark)
    assert again.verdict.state is None
    assert (again.run.run_count, again.run.state_id) == (1, first.run.state_id)
