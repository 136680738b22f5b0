"""States: a constructor for each, groups of them, and what to do with one that a run returned.

Every constructor takes the class to make (`cls`) and the fields of a state: `message`, `data`, `state_details`,
`timestamp`, `name`. States made here carry the moment they were made and an id of their own.
"""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from prefect.connect import CLOCK
from prefect.core.lifecycle.outcome import HeldResult, exception_of, value_of
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType
from prefect.core.times import to_datetime
from prefect.engine.dispatch import dispatched
from prefect.engine.runs.failures import crashed_state, describe
from prefect.engine.runs.final_state import returned_state
from prefect.utilities.importtools import import_object
from prefect.utilities.twins import twin

if TYPE_CHECKING:
    from prefect.wire.states import StateCreate

__all__ = [
    "AwaitingConcurrencySlot",
    "AwaitingRetry",
    "Cancelled",
    "Cancelling",
    "Completed",
    "Crashed",
    "Failed",
    "InfrastructurePending",
    "Late",
    "Paused",
    "Pending",
    "Retrying",
    "Running",
    "Scheduled",
    "State",
    "StateDetails",
    "StateGroup",
    "StateType",
    "Submitting",
    "Suspended",
    "TERMINAL_STATES",
    "aget_state_exception",
    "araise_state_exception",
    "exception_to_crashed_state",
    "exception_to_failed_state",
    "format_exception",
    "get_state_exception",
    "get_state_result",
    "is_state_iterable",
    "raise_state_exception",
    "return_value_to_state",
    "to_state_create",
]

R = TypeVar("R")
_COLLECTIONS = (list, tuple, set)


def _made(cls: type[State[Any]], kind: StateType, name: str, fields: dict[str, Any]) -> State[Any]:
    """A state of that type, stamped; a name among the fields wins."""
    state = cls(type=kind, **{"name": name, **fields})
    state.stamp(CLOCK.now(), CLOCK.new_id().int)
    return state


# --- waiting


def Scheduled(cls: type[State[Any]] = State, scheduled_time: datetime | None = None, **kwargs: Any) -> State[Any]:
    """The run waits for its time: `scheduled_time`, now unless given.

    Raises ValueError if `state_details` holds a time as well.
    """
    details = kwargs.pop("state_details", None) or StateDetails()
    if isinstance(details, dict):
        details = StateDetails(**details)
    if scheduled_time is not None and details.scheduled_time is not None:
        raise ValueError("An extra scheduled_time was provided in state_details")
    details.scheduled_time = scheduled_time or details.scheduled_time or to_datetime(CLOCK.now())
    return _made(cls, StateType.SCHEDULED, "Scheduled", {**kwargs, "state_details": details})


def Late(cls: type[State[Any]] = State, scheduled_time: datetime | None = None, **kwargs: object) -> State[Any]:
    """The run's time has come and nobody has started it."""
    return Scheduled(cls, scheduled_time, **{"name": "Late", **kwargs})


def AwaitingRetry(
    cls: type[State[Any]] = State, scheduled_time: datetime | None = None, **kwargs: object
) -> State[Any]:
    """The run failed and is tried again at `scheduled_time`."""
    return Scheduled(cls, scheduled_time, **{"name": "AwaitingRetry", **kwargs})


def AwaitingConcurrencySlot(
    cls: type[State[Any]] = State, scheduled_time: datetime | None = None, **kwargs: object
) -> State[Any]:
    """The run waits for a concurrency slot and asks again at `scheduled_time`."""
    return Scheduled(cls, scheduled_time, **{"name": "AwaitingConcurrencySlot", **kwargs})


def Pending(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run is about to start."""
    return _made(cls, StateType.PENDING, "Pending", kwargs)


def Submitting(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """A worker is about to start infrastructure for the run."""
    return _made(cls, StateType.PENDING, "Submitting", kwargs)


def InfrastructurePending(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """Infrastructure for the run was asked for and is not up yet."""
    return _made(cls, StateType.PENDING, "InfrastructurePending", kwargs)


# --- under way


def Running(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run is executing."""
    return _made(cls, StateType.RUNNING, "Running", kwargs)


def Retrying(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run is executing again after a failure."""
    return _made(cls, StateType.RUNNING, "Retrying", kwargs)


def Paused(
    cls: type[State[Any]] = State,
    timeout_seconds: float | None = None,
    pause_expiration_time: datetime | None = None,
    reschedule: bool = False,
    pause_key: str | None = None,
    **kwargs: Any,
) -> State[Any]:
    """The run waits to be resumed.

    Args:
        timeout_seconds, pause_expiration_time: how long, or until when; at most one of them.
        reschedule: whether the run's process ends meanwhile.
        pause_key: tells this pause from others of the run.

    Raises ValueError if both limits are given, or one while `state_details` holds a pause already.
    """
    details = kwargs.pop("state_details", None) or StateDetails()
    if isinstance(details, dict):
        details = StateDetails(**details)
    if pause_expiration_time is not None and timeout_seconds is not None:
        raise ValueError("Cannot supply both a pause_expiration_time and timeout_seconds")
    if timeout_seconds is not None:
        pause_expiration_time = to_datetime(CLOCK.now()) + timedelta(seconds=timeout_seconds)
    details.pause_timeout = pause_expiration_time or details.pause_timeout
    details.pause_reschedule = reschedule or details.pause_reschedule
    details.pause_key = pause_key or details.pause_key
    return _made(cls, StateType.PAUSED, "Paused", {**kwargs, "state_details": details})


def Suspended(
    cls: type[State[Any]] = State,
    timeout_seconds: float | None = None,
    pause_expiration_time: datetime | None = None,
    pause_key: str | None = None,
    **kwargs: object,
) -> State[Any]:
    """The run waits to be resumed, without a process. Arguments as for `Paused`."""
    fields = {"name": "Suspended", **kwargs}
    return Paused(cls, timeout_seconds, pause_expiration_time, True, pause_key, **fields)


def Cancelling(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run is being stopped."""
    return _made(cls, StateType.CANCELLING, "Cancelling", kwargs)


# --- at the end


def Completed(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run succeeded; `data` is its result."""
    return _made(cls, StateType.COMPLETED, "Completed", kwargs)


def Failed(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run failed; `data` is its exception."""
    return _made(cls, StateType.FAILED, "Failed", kwargs)


def Crashed(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run was ended from outside of its code."""
    return _made(cls, StateType.CRASHED, "Crashed", kwargs)


def Cancelled(cls: type[State[Any]] = State, **kwargs: object) -> State[Any]:
    """The run was stopped on request."""
    return _made(cls, StateType.CANCELLED, "Cancelled", kwargs)


# --- from exceptions and values to states


def format_exception(exc: BaseException, tb: TracebackType | None = None) -> str:
    """An exception as text, with its traceback if one is given."""
    return "".join(traceback.format_exception(type(exc), exc, tb=tb)).rstrip("\n")


async def exception_to_crashed_state(exc: BaseException, result_store: object = None) -> State[Any]:
    """The state of a run that `exc` ended from outside of its code; the message says how."""
    state = crashed_state(exc, CLOCK.now())
    state.stamp(CLOCK.now(), CLOCK.new_id().int)
    return state


async def exception_to_failed_state(
    exc: BaseException | None = None, result_store: Any = None, write_result: bool = False, **kwargs: Any
) -> State[Any]:
    """The state of a run that failed with `exc`, or with the exception being handled.

    Args:
        result_store: where the exception is written, if `write_result`.
        kwargs: fields of the state; a `message` is put before the exception's own.

    Raises ValueError if there is no exception.
    """
    error = exc or sys.exc_info()[1]
    if error is None:
        raise ValueError("Exception was not passed and no active exception could be found.")
    if result_store is not None and write_result:
        await result_store.awrite(error)
    prefix = kwargs.pop("message", None)
    message = f"{prefix} {describe(error)}" if prefix else describe(error)
    return Failed(data=HeldResult(error), message=message, **kwargs)


async def return_value_to_state(
    retval: R,
    result_store: Any = None,
    key: str | None = None,
    expiration: datetime | None = None,
    write_result: bool = False,
) -> State[R]:
    """The final state of a run that returned `retval`: the state itself, the sum of states, or Completed.

    Args:
        result_store: where the value is written, if `write_result`.
        key, expiration: name of the written value, and until when it is good.
    """
    state: State[R] = returned_state(retval, CLOCK.now())
    state.stamp(CLOCK.now(), CLOCK.new_id().int)
    if result_store is not None and write_result and state.is_completed():
        await result_store.awrite(await state.aresult(), key=key, expiration=expiration)
    return state


# --- from states to values and exceptions


async def get_state_result(state: State[R], raise_on_failure: bool = True, retry_result_failure: bool = True) -> R:
    """The value of a state, as `State.result` gives it."""
    return cast(R, value_of(state, raise_on_failure))


def _get_state_exception(state: State[Any]) -> BaseException:
    """The exception that a failed, crashed or cancelled state stands for.

    It is the exception held as data; without one FailedRun, CrashedRun or CancelledRun with the state's message.
    Raises ValueError for states of other types, TypeError if the data is neither exception, text nor states.
    """
    return exception_of(state)


def _raise_state_exception(state: State[Any]) -> None:
    """Raise the exception of a failed, crashed or cancelled state; nothing happens for others."""
    if state.is_failed() or state.is_crashed() or state.is_cancelled():
        raise exception_of(state)


get_state_exception = dispatched(_get_state_exception)
aget_state_exception = twin(_get_state_exception)
raise_state_exception = dispatched(_raise_state_exception)
araise_state_exception = twin(_raise_state_exception)


# --- several states


def is_state_iterable(obj: object) -> bool:
    """Whether an object is a list, tuple or set of states, and not empty."""
    return isinstance(obj, _COLLECTIONS) and bool(obj) and all(isinstance(item, State) for item in obj)


class StateGroup:
    """Several states, counted by type."""

    def __init__(self, states: Sequence[State[Any]]) -> None:
        self.states = states
        self.type_counts = Counter(state.type for state in states)
        self.total_count = len(states)
        self.cancelled_count = self.type_counts[StateType.CANCELLED]
        self.final_count = sum(state.is_final() for state in states)
        self.not_final_count = self.total_count - self.final_count
        self.paused_count = self.type_counts[StateType.PAUSED]

    @property
    def fail_count(self) -> int:
        """How many failed or crashed."""
        return self.type_counts[StateType.FAILED] + self.type_counts[StateType.CRASHED]

    def all_completed(self) -> bool:
        """Whether all succeeded."""
        return self.type_counts[StateType.COMPLETED] == self.total_count

    def any_cancelled(self) -> bool:
        """Whether one was cancelled."""
        return self.cancelled_count > 0

    def any_failed(self) -> bool:
        """Whether one failed or crashed."""
        return self.fail_count > 0

    def any_paused(self) -> bool:
        """Whether one is paused."""
        return self.paused_count > 0

    def all_final(self) -> bool:
        """Whether all have ended."""
        return self.final_count == self.total_count

    def counts_message(self) -> str:
        """`total=3, not_final=1, 'COMPLETED'=2, 'RUNNING'=1`."""
        parts = [f"total={self.total_count}"]
        if self.not_final_count:
            parts.append(f"not_final={self.not_final_count}")
        parts += [f"{kind.value!r}={count}" for kind, count in self.type_counts.items()]
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"StateGroup<{self.counts_message()}>"


def to_state_create(state: State[Any]) -> StateCreate:
    """What a client sends to have a run enter the state; the data goes only if it refers to a kept result."""
    # By name: the class needs pydantic, which most programs that make states do without.
    create: type[StateCreate] = import_object("prefect.wire.states.StateCreate")
    return create(
        type=state.type,
        name=state.name,
        message=state.message,
        data=getattr(state.data, "reference", None),
        state_details=state.state_details,
    )
