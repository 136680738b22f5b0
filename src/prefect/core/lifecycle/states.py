"""What a run's state is: one of nine types, a name, a moment, and what belongs to it.

    SCHEDULED ─▶ PENDING ─▶ RUNNING ─▶ COMPLETED | FAILED | CRASHED
        ▲                     │  ▲
        └──── AwaitingRetry ──┘  └── PAUSED          CANCELLING ─▶ CANCELLED

Which type may follow which is the table in `transitions.py`. A name refines a type (`Late`, `AwaitingRetry`,
`Retrying`, `Cached`, `Suspended`, `TimedOut`, ...), and rules match on types, never on names alone.

A state costs little to make: its id, its datetime and its details come into being when they are first asked for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar, cast
from uuid import UUID

from prefect.core.ids import uuid_from_int
from prefect.core.lifecycle.forms import Formed
from prefect.core.lifecycle.outcome import value_of
from prefect.core.times import to_datetime, to_micros

R = TypeVar("R")


class StateType(StrEnum):
    """The nine types of state."""

    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"
    PAUSED = "PAUSED"
    CANCELLING = "CANCELLING"

    def __repr__(self) -> str:
        return f"StateType.{self.name}"


TERMINAL_STATES = frozenset({StateType.COMPLETED, StateType.CANCELLED, StateType.FAILED, StateType.CRASHED})

DEFAULT_NAMES: dict[StateType, str] = {kind: kind.value.capitalize() for kind in StateType}


class StateDetails(Formed):
    """Facts that accompany a state; each is None (or False) unless it applies."""

    DEFAULTS: Mapping[str, object] = {
        "flow_run_id": None,
        "task_run_id": None,
        "child_flow_run_id": None,
        "scheduled_time": None,
        "cache_key": None,
        "cache_expiration": None,
        "deferred": None,
        "untrackable_result": False,
        "pause_timeout": None,
        "pause_reschedule": False,
        "pause_key": None,
        "run_input_keyset": None,
        "refresh_cache": None,
        "retriable": None,
        "transition_id": None,
        "task_parameters_id": None,
        "traceparent": None,
        "deployment_concurrency_lease_id": None,
    }

    __slots__ = tuple(DEFAULTS)

    flow_run_id: UUID | None
    task_run_id: UUID | None
    child_flow_run_id: UUID | None
    scheduled_time: datetime | None
    cache_key: str | None
    cache_expiration: datetime | None
    deferred: bool | None
    untrackable_result: bool
    pause_timeout: datetime | None
    pause_reschedule: bool
    pause_key: str | None
    run_input_keyset: dict[str, str] | None
    refresh_cache: bool | None
    retriable: bool | None
    transition_id: UUID | None
    task_parameters_id: UUID | None
    traceparent: str | None
    deployment_concurrency_lease_id: UUID | None

    def __init__(self, **facts: object) -> None:
        unknown = facts.keys() - self.DEFAULTS.keys()
        if unknown:
            raise TypeError(f"StateDetails has no field {sorted(unknown)[0]!r}; fields are {', '.join(self.DEFAULTS)}.")
        for name, default in self.DEFAULTS.items():
            setattr(self, name, facts.get(name, default))

    def facts(self) -> dict[str, object]:
        """The fields that differ from their defaults."""
        return {name: value for name, default in self.DEFAULTS.items() if (value := getattr(self, name)) != default}

    def fields(self) -> dict[str, object]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.DEFAULTS}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StateDetails) and self.facts() == other.facts()

    def __repr__(self) -> str:
        return f"StateDetails({', '.join(f'{name}={value!r}' for name, value in self.facts().items())})"


_NO_RUNS: tuple[None, None] = (None, None)
_stamps: Callable[[], tuple[int, int]] | None = None
_awaiting: Callable[[], bool] | None = None


def provide_awaiting(awaiting: Callable[[], bool]) -> None:
    """Register what tells whether the current code is asynchronous, so that `result` gives it an awaitable."""
    global _awaiting
    _awaiting = awaiting


def provide_stamps(stamps: Callable[[], tuple[int, int]]) -> None:
    """Register what yields a moment and an id for states that users copy; the last one registered wins."""
    global _stamps
    _stamps = stamps


class State(Formed, Generic[R]):
    """The state of a flow run or task run.

    Args:
        type: a `StateType` or its name in capitals.
        name: shown to people; the type's own name unless given.
        message: why the run is in this state.
        data: the result, the exception, or a reference to where it is kept.
        state_details: facts that accompany the state.
        timestamp: when it was entered; the engine stamps a state that has none.
        id: given by the record unless known.

    Raises ValueError if the type is none of the nine.
    """

    __slots__ = (
        "_details",
        "_id",
        "_moment",
        "_runs",
        "created",
        "data",
        "message",
        "name",
        "type",
        "updated",
    )

    _id: int | UUID | None
    _moment: int | None
    _details: StateDetails | None
    _runs: tuple[UUID | None, UUID | None]

    def __init__(
        self,
        type: StateType | str,
        name: str | None = None,
        message: str | None = None,
        data: object = None,
        state_details: StateDetails | Mapping[str, object] | None = None,
        timestamp: datetime | str | None = None,
        id: UUID | None = None,
        created: datetime | None = None,
        updated: datetime | None = None,
    ) -> None:
        try:
            self.type = StateType(type)
        except ValueError:
            raise ValueError(f"{type!r} is no state type; the types are {', '.join(StateType)}.") from None
        self.name = name or DEFAULT_NAMES[self.type]
        self.message = message
        self.data = data
        self._details = StateDetails(**state_details) if isinstance(state_details, Mapping) else state_details
        self.timestamp = datetime.fromisoformat(timestamp) if isinstance(timestamp, str) else timestamp
        self._id = id
        self._runs = _NO_RUNS
        self.created = created
        self.updated = updated

    @classmethod
    def at(
        cls,
        moment: int,
        type: StateType,
        name: str,
        message: str | None = None,
        data: object = None,
        details: StateDetails | None = None,
    ) -> State[R]:
        """A state entered at `moment` (microseconds); the engine's constructor, which checks nothing."""
        made: State[R] = cls.__new__(cls)
        made.type = type
        made.name = name
        made.message = message
        made.data = data
        made._details = details
        made._moment = moment
        made._id = None
        made._runs = _NO_RUNS
        made.created = None
        made.updated = None
        return made

    # --- identity and time, made when asked for

    @property
    def id(self) -> UUID | None:
        """The state's id, None until it is recorded."""
        if isinstance(self._id, int):
            self._id = uuid_from_int(self._id)
        return self._id

    @id.setter
    def id(self, value: UUID | None) -> None:
        self._id = value

    @property
    def moment(self) -> int | None:
        """When the state was entered, in microseconds since 1970."""
        return self._moment

    @property
    def timestamp(self) -> datetime | None:
        """When the state was entered."""
        return None if self._moment is None else to_datetime(self._moment)

    @timestamp.setter
    def timestamp(self, value: datetime | None) -> None:
        self._moment = None if value is None else to_micros(value)

    @property
    def state_details(self) -> StateDetails:
        """Facts that accompany the state."""
        if self._details is None:
            self._details = StateDetails()
        flow_run_id, task_run_id = self._runs
        if flow_run_id is not None and self._details.flow_run_id is None:
            self._details.flow_run_id = flow_run_id
        if task_run_id is not None and self._details.task_run_id is None:
            self._details.task_run_id = task_run_id
        return self._details

    @state_details.setter
    def state_details(self, value: StateDetails) -> None:
        self._details = value

    def stamp(self, moment: int, state_id: int | None = None) -> None:
        """Give the state its moment and id where it has none."""
        if self._moment is None:
            self._moment = moment
        if self._id is None:
            self._id = state_id

    def belong_to(self, flow_run_id: UUID | None, task_run_id: UUID | None) -> None:
        """Say whose state this is; its details name the runs when they are asked for."""
        self._runs = (flow_run_id, task_run_id)

    @property
    def belongs_to_run(self) -> bool:
        """Whether this state came from a run, rather than being made by hand."""
        if self._runs != _NO_RUNS:
            return True
        details = self._details
        return details is not None and (details.flow_run_id is not None or details.task_run_id is not None)

    def detail_facts(self) -> dict[str, object]:
        """The details that differ from their defaults, without making any."""
        return {} if self._details is None else self._details.facts()

    # --- questions

    def is_scheduled(self) -> bool:
        """Whether the run waits for its time."""
        return self.type is StateType.SCHEDULED

    def is_pending(self) -> bool:
        """Whether the run is about to start."""
        return self.type is StateType.PENDING

    def is_running(self) -> bool:
        """Whether the run is executing."""
        return self.type is StateType.RUNNING

    def is_completed(self) -> bool:
        """Whether the run succeeded."""
        return self.type is StateType.COMPLETED

    def is_failed(self) -> bool:
        """Whether the run failed."""
        return self.type is StateType.FAILED

    def is_crashed(self) -> bool:
        """Whether the run's process failed."""
        return self.type is StateType.CRASHED

    def is_cancelled(self) -> bool:
        """Whether the run was cancelled."""
        return self.type is StateType.CANCELLED

    def is_cancelling(self) -> bool:
        """Whether the run is being cancelled."""
        return self.type is StateType.CANCELLING

    def is_paused(self) -> bool:
        """Whether the run is paused or suspended."""
        return self.type is StateType.PAUSED

    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.type in TERMINAL_STATES

    # --- the result

    def result(self, raise_on_failure: bool = True, retry_result_failure: bool = True) -> R:
        """The run's return value; in asynchronous code an awaitable of it.

        Raises the run's own exception if it failed and `raise_on_failure`; otherwise returns that exception.
        Raises MissingResult if the value was not kept, UnfinishedRun if there is none yet.
        """
        if _awaiting is not None and _awaiting():
            return cast(R, self.aresult(raise_on_failure, retry_result_failure))
        return cast(R, value_of(self, raise_on_failure))

    async def aresult(self, raise_on_failure: bool = True, retry_result_failure: bool = True) -> R:
        """`result`, for async code."""
        return cast(R, value_of(self, raise_on_failure))

    # --- copies and forms

    def fresh_copy(self, **changes: object) -> State[R]:
        """The same state as if newly made: another id and moment, or none where nothing provides them."""
        made = self.model_copy(update={"id": None, "timestamp": None, "created": None, "updated": None, **changes})
        if _stamps is not None:
            made.stamp(*_stamps())
        return made

    def model_copy(self, *, update: Mapping[str, object] | None = None, deep: bool = False) -> State[R]:
        """A copy with some attributes replaced."""
        made = copy.deepcopy(self) if deep else copy.copy(self)
        if not deep and self._details is not None:
            made._details = copy.copy(self._details)
        for name, value in (update or {}).items():
            setattr(made, name, value)
        return made

    copy = model_copy

    def fields(self) -> dict[str, object]:
        """The state as plain values; `data` is left as it is."""
        return {
            "id": self.id,
            "type": self.type,
            "name": self.name,
            "timestamp": self.timestamp,
            "message": self.message,
            "state_details": self.state_details.fields(),
            "data": self.data,
            "created": self.created,
            "updated": self.updated,
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return (self.type, self.name, self.message, self._moment, self.detail_facts()) == (
            other.type,
            other.name,
            other.message,
            other._moment,
            other.detail_facts(),
        ) and self.data == other.data

    def __hash__(self) -> int:
        return hash((self.type, self.name, self.message, self._moment))

    def __repr__(self) -> str:
        return f"{self.name}(message={self.message!r}, type={self.type.value}, result={self.data!r})"

    def __str__(self) -> str:
        parts = [repr(self.message)] if self.message else []
        if self.name != DEFAULT_NAMES[self.type]:
            parts.append(f"type={self.type.value}")
        return f"{self.name}({', '.join(parts)})"
