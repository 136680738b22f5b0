"""One contract for every backend: on a database in this process, and behind HTTP, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from prefect.client.backend import Patience, RemoteBackend
from prefect.client.delivery import Delivery
from prefect.client.spool import Spool
from prefect.client.transport import TransportOptions
from prefect.core.journal import LEDGERS, LOG, TASK_RUN, TASK_RUN_STATE, Moves
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.ports import Backend, SlotRequest
from prefect.exceptions import ConcurrencySlotAcquisitionError, ObjectAlreadyExists, ObjectNotFound
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import limits
from tests.orchestrator.support import HERE, STARTING, TestClock, request, state
from tests.support.databases import Place
from tests.support.listening import server_on

RUN = UUID(int=1 << 16)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(params=["embedded", "remote"])
def backend(request: pytest.FixtureRequest, place: Place, clock: TestClock, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "embedded":
        made = EmbeddedBackend(place.store(HERE), clock)
        yield made
        made.close()
        return
    with server_on(place.store("server/boot/9/9"), clock, tmp_path) as api:
        spool = Spool(tmp_path / "spool", HERE)
        remote = RemoteBackend(
            TransportOptions(api_url=api), HERE, lambda door: Delivery(door, spool, is_gone), Patience(2.0, 2.0)
        )
        yield remote
        remote.close()


def begin(backend: Backend, **facts: Any) -> None:
    assert backend.begin_flow_run(request(**facts), [state("RUNNING")]).verdict.outcome is Outcome.ACCEPT


# --- deciding


def test_the_same_request_makes_the_same_run(backend: Backend) -> None:
    first = backend.create_flow_run(request(parameters='{"x": 1}', tags=("a",)))
    again = backend.create_flow_run(request())
    assert (first.id, again.id, again.parameters, list(again.tags)) == (RUN, RUN, {"x": 1}, ["a"])
    assert first.flow_id == again.flow_id


def test_a_run_begins_and_ends(backend: Backend, place: Place) -> None:
    begin(backend)
    ended = backend.propose(RUN, [state("COMPLETED", "done")], 1)
    assert (ended.verdict.outcome, ended.run.state_type, ended.run.run_count) == (Outcome.ACCEPT, "COMPLETED", 1)
    read = backend.read_flow_run(RUN)
    assert (read.state_type, read.started is not None, read.ended is not None) == ("COMPLETED", True, True)
    assert read.state is not None
    assert read.state.message == "done"
    assert place.rows("SELECT holder FROM run_attempt") == [(HERE,)]


def test_the_callers_own_state_comes_back(backend: Backend) -> None:
    begin(backend)
    kept: State[object] = State(StateType.COMPLETED, data=object())
    transition = backend.propose(RUN, [kept], 1)
    assert transition.run.state is kept
    assert transition.verdict.state is kept
    assert kept.id is not None


def test_a_failed_run_with_retries_left_is_to_try_again(backend: Backend) -> None:
    begin(backend, retries=1, retry_delay=5.0)
    transition = backend.propose(RUN, [state("FAILED")], 1)
    assert transition.verdict.state is not None
    assert (transition.verdict.state.name, transition.run.state_name) == ("AwaitingRetry", "AwaitingRetry")


def test_a_superseded_attempt_is_refused(backend: Backend) -> None:
    begin(backend)
    backend.propose(RUN, [state("FAILED")], 1)
    backend.propose(RUN, [state(kind) for kind in STARTING], 2)
    late = backend.propose(RUN, [state("COMPLETED")], 1)
    assert (late.verdict.outcome, late.run.state_type) == (Outcome.ABORT, "RUNNING")
    assert "superseded" in str(late.verdict.reason)


def test_an_answer_that_was_lost_is_given_again(backend: Backend, place: Place) -> None:
    marked = [State(kind, state_details=StateDetails(transition_id=uuid4())) for kind in STARTING[1:]]
    for _ in range(2):
        transition = backend.begin_flow_run(request(), marked)
        assert (transition.verdict.outcome, transition.run.run_count) == (Outcome.ACCEPT, 1)
    end: State[object] = State(StateType.COMPLETED, state_details=StateDetails(transition_id=uuid4()))
    for _ in range(2):
        assert backend.propose(RUN, [end], 1).run.state_type == "COMPLETED"
    history = place.rows("SELECT type FROM flow_run_state ORDER BY sequence")
    assert [kind for (kind,) in history] == ["PENDING", "RUNNING", "COMPLETED"]


def test_a_run_that_is_not_there(backend: Backend) -> None:
    with pytest.raises(ObjectNotFound, match="not found"):
        backend.read_flow_run(RUN)
    with pytest.raises(ObjectNotFound):
        backend.propose(RUN, [state("RUNNING")], 1)


# --- slots


def slot(names: list[str], holder: int, occupy: int = 1, **facts: Any) -> SlotRequest:
    return SlotRequest(names, occupy, UUID(int=holder << 16), RUN, 1, 60.0, **facts)


def limit(place: Place, clock: TestClock, name: str, slots: int, kind: str = "global") -> None:
    place.stores[0].transact(lambda tx: limits.write(tx, clock.new_id(), kind, name, slots, clock.now()))


def test_slots_are_taken_kept_and_given_back(backend: Backend, place: Place, clock: TestClock) -> None:
    assert backend.acquire_slots(slot(["free"], 1)).granted
    limit(place, clock, "small", 1)
    assert backend.acquire_slots(slot(["small"], 2)).granted
    refused = backend.acquire_slots(slot(["small"], 3))
    assert (refused.granted, "small" in str(refused.reason)) == (False, True)
    assert backend.renew_slots(UUID(int=2 << 16), 60.0)
    assert not backend.renew_slots(UUID(int=9 << 16), 60.0)
    assert backend.release_slots(UUID(int=2 << 16))
    assert not backend.release_slots(UUID(int=2 << 16))
    assert backend.acquire_slots(slot(["small"], 3)).granted


def test_slots_whose_grant_was_not_heard_of_are_had_once(backend: Backend, place: Place, clock: TestClock) -> None:
    limit(place, clock, "small", 1)
    for _ in range(2):
        assert backend.acquire_slots(slot(["small"], 2)).limits == ["small"]
    assert place.rows("SELECT count(*) FROM slot_waiter") == [(0,)]
    place.stores[0].transact(lambda tx: tx.execute("UPDATE concurrency_limit SET slot_decay_per_second = 0.000001"))
    for _ in range(2):
        assert backend.acquire_slots(slot(["small"], 3, rate=True)).granted
    assert place.rows("SELECT count(*) FROM slot_history") == [(2,)]


def test_slots_that_can_never_be_had(backend: Backend, place: Place, clock: TestClock) -> None:
    limit(place, clock, "small", 1)
    with pytest.raises(ConcurrencySlotAcquisitionError, match="greater than the limit"):
        backend.acquire_slots(slot(["small"], 1, occupy=2))
    with pytest.raises(ConcurrencySlotAcquisitionError, match="must be created"):
        backend.acquire_slots(slot(["missing"], 1, strict=True))


def test_tags_that_have_a_limit(backend: Backend, place: Place, clock: TestClock) -> None:
    limit(place, clock, "database", 3, "tag")
    assert backend.tag_limits() == {"database"}


# --- what is recorded


def task_run(number: int, **facts: Any) -> Moves:
    identity = UUID(int=number << 16).bytes
    row = dict.fromkeys(LEDGERS[TASK_RUN].columns)
    row.update(id=identity, flow_run_id=RUN.bytes, task_name="t", task_key="t", dynamic_key=str(number), created=1,
               name=f"t-{number}", attempt=1, run_count=1, sequence=2, state_type="COMPLETED", state_name="Completed",
               state_timestamp=3, run_time=0, updated=3, **facts)  # fmt: skip
    states = [(identity, at, UUID(int=(number << 16) + at).bytes, 1, kind, kind.title(), at, None, None, None)
              for at, kind in enumerate(("PENDING", "RUNNING", "COMPLETED"))]  # fmt: skip
    return Moves(tuple(states), tuple(row.values()))


def line(number: int, message: str) -> tuple[Any, ...]:
    return (UUID(int=number << 16).bytes, RUN.bytes, None, 1, number, "prefect.flow_runs", 20, message, number)


def test_entries_are_on_record_once_flushed(backend: Backend, place: Place) -> None:
    begin(backend)
    for number in range(2, 40):
        backend.record(
            TASK_RUN, task_run(number, call_key=bytes([number]) * 16, result_kind="inline", result=b"\x00\xff")
        )
        backend.record(LOG, line(number, f"line {number} ✓"))
    backend.flush()
    for _ in range(2):  # delivered again
        backend.record(TASK_RUN, task_run(2, call_key=bytes([2]) * 16, result_kind="inline", result=b"\x00\xff"))
        backend.record(LOG, line(2, "line 2 ✓"))
        backend.flush()
    assert place.rows(f"SELECT count(*) FROM {TASK_RUN}") == [(38,)]
    assert place.rows(f"SELECT count(*) FROM {TASK_RUN_STATE}") == [(114,)]
    assert place.rows(f"SELECT message FROM {LOG} WHERE position = 7") == [("line 7 ✓",)]
    calls = {call.run_id: call for call in backend.recorded_calls(RUN)}
    assert len(calls) == 38
    found = calls[UUID(int=5 << 16)]
    assert (found.call_key, found.state_type, found.result) == (bytes([5]) * 16, "COMPLETED", b"\x00\xff")


def test_what_was_recorded_precedes_the_decision(backend: Backend, place: Place) -> None:
    begin(backend)
    backend.record(TASK_RUN, task_run(2))
    backend.propose(RUN, [state("COMPLETED")], 1)
    assert place.rows(f"SELECT state_type FROM {TASK_RUN}") == [("COMPLETED",)]


def test_the_child_of_a_task_run(backend: Backend) -> None:
    parent = uuid4()
    begin(backend, parent_task_run_id=parent)
    assert backend.child_flow_run(parent) == RUN
    assert backend.child_flow_run(uuid4()) is None
    assert backend.deployment_name_and_version(uuid4()) is None


# --- variables and artifacts


def test_variables(backend: Backend) -> None:
    made_id = uuid4()
    made = backend.write_variable("color", '"blue"', ["x"], False, made_id)
    assert backend.write_variable("color", '"blue"', ["x"], False, made_id).id == made.id == made_id
    assert backend.read_variable("color") == made
    with pytest.raises(ObjectAlreadyExists, match="already exists"):
        backend.write_variable("color", '"red"', [], False)
    assert backend.write_variable("color", '"red"', [], True).value == '"red"'
    assert (backend.delete_variable("color"), backend.delete_variable("color")) == (True, False)
    assert backend.read_variable("color") is None


def test_artifacts(backend: Backend, clock: TestClock) -> None:
    identity = clock.new_id()
    backend.record("artifact", (identity.bytes, "report", "markdown", '"# hi"', None, None, None, None, 5, 5))
    newest = backend.newest_artifact("report")
    assert newest is not None
    assert (newest.id, newest.data) == (identity, '"# hi"')
    backend.update_artifact(identity, '"# ho"', "changed")
    newest = backend.newest_artifact("report")
    assert newest is not None
    assert (newest.data, newest.description) == ('"# ho"', "changed")
    with pytest.raises(ObjectNotFound):
        backend.update_artifact(uuid4(), "1", None)
