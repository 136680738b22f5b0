"""The constructors of states and their helpers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prefect import states
from prefect.states import (
    Cancelled,
    Completed,
    Crashed,
    Failed,
    Paused,
    Running,
    Scheduled,
    State,
    StateGroup,
    StateType,
    Suspended,
)

NAMES = {
    "AwaitingConcurrencySlot": StateType.SCHEDULED,
    "AwaitingRetry": StateType.SCHEDULED,
    "Cancelled": StateType.CANCELLED,
    "Cancelling": StateType.CANCELLING,
    "Completed": StateType.COMPLETED,
    "Crashed": StateType.CRASHED,
    "Failed": StateType.FAILED,
    "InfrastructurePending": StateType.PENDING,
    "Late": StateType.SCHEDULED,
    "Paused": StateType.PAUSED,
    "Pending": StateType.PENDING,
    "Retrying": StateType.RUNNING,
    "Running": StateType.RUNNING,
    "Scheduled": StateType.SCHEDULED,
    "Submitting": StateType.PENDING,
    "Suspended": StateType.PAUSED,
}


@pytest.mark.parametrize("name", NAMES)
def test_constructors(name: str) -> None:
    class Mine(State[Any]):
        """A class of the user's own."""

    made = getattr(states, name)(cls=Mine, message="m")
    assert (type(made), made.type, made.name, made.message) == (Mine, NAMES[name], name, "m")
    assert made.id is not None
    assert abs(made.timestamp - datetime.now(UTC)) < timedelta(seconds=5)
    assert getattr(states, name)(name="Other").name == "Other"


def test_the_time_of_a_scheduled_state() -> None:
    moment = datetime(2030, 1, 2, tzinfo=UTC)
    assert Scheduled(scheduled_time=moment).state_details.scheduled_time == moment
    assert Scheduled(state_details={"scheduled_time": moment}).state_details.scheduled_time == moment
    with pytest.raises(ValueError, match="extra scheduled_time"):
        Scheduled(scheduled_time=moment, state_details={"scheduled_time": moment})


def test_the_limit_of_a_pause() -> None:
    moment = datetime(2030, 1, 2, tzinfo=UTC)
    assert Paused(pause_expiration_time=moment).state_details.pause_timeout == moment
    left = Paused(timeout_seconds=60).state_details.pause_timeout - datetime.now(UTC)  # type: ignore[operator]
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    assert Paused().state_details.pause_timeout is None
    assert (Paused().state_details.pause_reschedule, Suspended().state_details.pause_reschedule) == (False, True)
    with pytest.raises(ValueError, match="both"):
        Paused(pause_expiration_time=moment, timeout_seconds=5)


def test_copies_are_new() -> None:
    state = Completed(message="m", data=3)
    copy = state.fresh_copy()
    assert copy.id != state.id
    assert (copy.message, copy.data) == ("m", 3)
    assert copy.timestamp >= state.timestamp  # type: ignore[operator]


def test_exceptions_of_states() -> None:
    assert repr(states.get_state_exception(Failed(data=KeyError("k")))) == "KeyError('k')"
    assert str(states.get_state_exception(Crashed(message="c"))) == "c"
    assert str(states.get_state_exception(Failed(data=[Completed(data=1), Failed(message="inner")]))) == "inner"
    with pytest.raises(ValueError, match="Expected failed or crashed state"):
        states.get_state_exception(Completed(data=1))
    with pytest.raises(TypeError, match="int cannot be resolved into an exception"):
        states.get_state_exception(Failed(data=17))
    with pytest.raises(KeyError):
        states.raise_state_exception(Failed(data=KeyError("k")))
    states.raise_state_exception(Running())


async def test_twins() -> None:
    assert str(await states.aget_state_exception(Failed(message="f"))) == "f"
    awaitable: Any = states.get_state_exception(Failed(message="f"))
    assert str(await awaitable) == "f"
    with pytest.raises(KeyError):
        await states.araise_state_exception(Failed(data=KeyError("k")))
    assert await states.get_state_result(Completed(data=5)) == 5


async def test_from_exceptions() -> None:
    failed = await states.exception_to_failed_state(ValueError("v"), message="Task run")
    assert (failed.type, failed.message) == (StateType.FAILED, "Task run ValueError: v")
    with pytest.raises(ValueError, match="v"):
        await failed.aresult()
    try:
        raise KeyError("k")
    except KeyError:
        assert (await states.exception_to_failed_state()).message == "KeyError: 'k'"
    with pytest.raises(ValueError, match="no active exception"):
        await states.exception_to_failed_state()
    crashed = await states.exception_to_crashed_state(KeyboardInterrupt())
    assert crashed.message == "Execution was aborted by an interrupt signal."


async def test_from_values() -> None:
    assert await (await states.return_value_to_state(5)).aresult() == 5
    given = Failed(message="no")
    assert (await states.return_value_to_state(given)).type is StateType.FAILED
    assert (await states.return_value_to_state([Completed(data=1), Failed()])).message == "1/2 states failed."


class Results:
    """Takes down what is written to it."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    async def awrite(self, value: Any, **facts: Any) -> None:
        self.written.append((value, facts))


async def test_results_are_written_on_request() -> None:
    store = Results()
    await states.return_value_to_state(5, store, key="k")
    assert store.written == []
    await states.return_value_to_state(5, store, key="k", write_result=True)
    error = ValueError("v")
    await states.exception_to_failed_state(error, store, write_result=True)
    assert store.written == [(5, {"key": "k", "expiration": None}), (error, {})]


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [([], False), ([Running()], True), ((Running(),), True), ([Running(), 1], False), ("text", False), (5, False)],
)
def test_state_iterables(candidate: Any, expected: bool) -> None:
    assert states.is_state_iterable(candidate) is expected


def test_groups() -> None:
    group = StateGroup([Completed(), Failed(), Crashed(), Running()])
    assert (group.fail_count, group.all_completed(), group.all_final()) == (2, False, False)
    assert (group.any_failed(), group.any_cancelled(), group.any_paused()) == (True, False, False)
    assert group.counts_message() == "total=4, not_final=1, 'COMPLETED'=1, 'FAILED'=1, 'CRASHED'=1, 'RUNNING'=1"
    assert repr(StateGroup([Cancelled()])) == "StateGroup<total=1, 'CANCELLED'=1>"


def test_formatting_an_exception() -> None:
    assert states.format_exception(ValueError("v")).strip() == "ValueError: v"
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0
    assert "test_formatting_an_exception" in states.format_exception(caught.value, caught.tb)


def test_what_a_client_sends() -> None:
    sent = states.to_state_create(Completed(message="m", data=object()))
    assert (sent.type, sent.name, sent.message, sent.data) == (StateType.COMPLETED, "Completed", "m", None)
    assert sent.model_dump()["state_details"]["pause_key"] is None
