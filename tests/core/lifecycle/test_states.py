from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from prefect.core.ids import state_id
from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.states import DEFAULT_NAMES, TERMINAL_STATES, State, StateDetails, StateType

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ASKS = "scheduled pending running completed failed crashed cancelled cancelling paused".split()


@pytest.mark.parametrize("asked", ASKS)
@pytest.mark.parametrize("type", StateType)
def test_each_question_has_one_answer(asked: str, type: StateType) -> None:
    assert getattr(State(type), f"is_{asked}")() is (type.value.lower() == asked)


@pytest.mark.parametrize("type", StateType)
def test_what_is_final(type: StateType) -> None:
    assert State(type).is_final() is (type in TERMINAL_STATES)
    assert State(type).name == DEFAULT_NAMES[type]


def test_a_type_that_is_none() -> None:
    with pytest.raises(ValueError, match="'DONE' is no state type; the types are SCHEDULED, PENDING"):
        State("DONE")


def test_a_state_is_stamped_once() -> None:
    made: State[object] = State("RUNNING")
    assert (made.id, made.timestamp, made.moment) == (None, None, None)
    made.stamp(5, state_id(UUID(int=1 << 64).int, 0))
    made.stamp(6, 77)
    assert made.moment == 5
    assert made.id == UUID(int=(1 << 64) ^ 1)
    assert made.id is made.id
    made.timestamp, made.id = NOON, UUID(int=3)
    assert (made.timestamp, made.id) == (NOON, UUID(int=3))
    made.timestamp = None
    assert made.timestamp is None


def test_details() -> None:
    made: State[object] = State("PENDING", state_details={"retriable": True})
    assert made.detail_facts() == {"retriable": True}
    made.belong_to(UUID(int=1), UUID(int=2))
    assert (made.state_details.flow_run_id, made.state_details.task_run_id) == (UUID(int=1), UUID(int=2))
    made.belong_to(UUID(int=8), UUID(int=9))
    assert made.state_details.flow_run_id == UUID(int=1)
    made.state_details = StateDetails(cache_key="k")
    assert (made.state_details.cache_key, made.state_details.flow_run_id) == ("k", UUID(int=8))
    assert StateDetails(cache_key="k") == StateDetails(cache_key="k")
    assert StateDetails(cache_key="k") != "k"
    assert State("PENDING").detail_facts() == {}
    assert set(StateDetails().model_dump()) == set(StateDetails.DEFAULTS)
    assert repr(StateDetails(cache_key="k")) == "StateDetails(cache_key='k')"
    with pytest.raises(TypeError, match="StateDetails has no field 'colour'"):
        StateDetails(colour="red")


def test_copies_are_apart() -> None:
    made: State[object] = State("FAILED", message="why", data=[1], state_details={"retriable": False}, timestamp=NOON)
    made.stamp(0, 5)
    fresh = made.fresh_copy(name="Again")
    assert (fresh.name, fresh.message) == ("Again", "why")
    assert fresh.id != made.id
    assert fresh.timestamp != made.timestamp
    copied, deep = made.model_copy(), made.model_copy(deep=True)
    copied.state_details.retriable = True
    assert made.state_details.retriable is False
    assert copied.data is made.data
    assert deep.data == made.data
    assert deep.data is not made.data
    assert State("RUNNING").model_copy() == State("RUNNING")


def test_equality_and_hash() -> None:
    assert State("FAILED", message="a") == State("FAILED", message="a")
    assert hash(State("FAILED", message="a")) == hash(State("FAILED", message="a"))
    assert State("FAILED", message="a") != State("FAILED", message="b")
    assert State("FAILED") != "FAILED"


def test_words() -> None:
    assert str(State("FAILED", message="boom")) == "Failed('boom')"
    assert str(State("SCHEDULED", name="Late")) == "Late(type=SCHEDULED)"
    assert str(State("COMPLETED")) == "Completed()"
    assert repr(State("COMPLETED", data=HeldResult(1))) == "Completed(message=None, type=COMPLETED, result=1)"
    dumped = State("COMPLETED", data=1).model_dump()
    assert (dumped["type"], dumped["data"]) == ("COMPLETED", 1)


def test_results() -> None:
    made: State[int] = State("COMPLETED", data=HeldResult(4))
    assert made.result() == 4


async def test_results_in_asynchronous_code() -> None:
    made: State[int] = State("COMPLETED", data=HeldResult(4))
    assert await made.aresult() == 4
