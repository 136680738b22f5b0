"""States in JSON.

In Python a run's state is a `prefect.states.State`, made by the core and free of pydantic. `HeldState` is that class as a
field of a shape: it is read from and written to the form of `StateShape`, and a `State` passes as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, SerializationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from prefect.core.lifecycle.outcome import StoredResult
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.wire.base import Integer, Json, Moment, Prose, Request, Seconds, Shape, Text, new_id, now

__all__ = [
    "HeldState",
    "HeldStateDetails",
    "HistoryResponse",
    "HistoryResponseState",
    "OrchestrationResult",
    "SetStateStatus",
    "StateAbortDetails",
    "StateAcceptDetails",
    "StateCreate",
    "StateDetailsShape",
    "StateRejectDetails",
    "StateResponseDetails",
    "StateShape",
    "StateWaitDetails",
]


class StateDetailsShape(Shape):
    """Facts that accompany a state."""

    model_config = ConfigDict(title="StateDetails")

    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None
    child_flow_run_id: UUID | None = None
    scheduled_time: Moment | None = None
    cache_key: Text | None = None
    cache_expiration: Moment | None = None
    deferred: bool | None = False
    untrackable_result: bool = False
    pause_timeout: Moment | None = None
    pause_reschedule: bool = False
    pause_key: Text | None = None
    run_input_keyset: dict[str, Text] | None = None
    refresh_cache: bool | None = None
    retriable: bool | None = None
    transition_id: UUID | None = None
    task_parameters_id: UUID | None = None
    traceparent: Text | None = None
    deployment_concurrency_lease_id: UUID | None = None


class Held:
    """Makes a class of the core a field's type: instances pass, anything else is read as `shape`."""

    def __init__(
        self,
        cls: type,
        shape: type[Shape],
        make: Callable[[Any], object],
        write: Callable[[Any, SerializationInfo], object],
    ) -> None:
        self.cls = cls
        self.shape = shape
        self.make = make
        self.write = write

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._read,
            handler.generate_schema(self.shape),
            serialization=core_schema.plain_serializer_function_ser_schema(self.write, info_arg=True),
        )

    def _read(self, given: object, read_shape: core_schema.ValidatorFunctionWrapHandler) -> object:
        return given if isinstance(given, self.cls) else self.make(read_shape(given))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core_schema.model_schema(self.shape, self.shape.__pydantic_core_schema__))


def _read_details(shape: StateDetailsShape) -> StateDetails:
    return StateDetails(**dict(shape))


def _write_details(details: StateDetails, info: SerializationInfo) -> object:
    return details.fields()


HeldStateDetails = Annotated[StateDetails, Held(StateDetails, StateDetailsShape, _read_details, _write_details)]


class StateShape(Shape):
    """The state of a flow run or task run."""

    model_config = ConfigDict(title="State")

    id: UUID = Field(default_factory=new_id)
    type: StateType
    name: Text | None = None
    timestamp: Moment = Field(default_factory=now)
    message: Prose | None = None
    state_details: StateDetailsShape = Field(default_factory=StateDetailsShape)
    data: Json = None


class StateCreate(Request):
    """A state that a run is to enter; `data` refers to a kept result, or is None."""

    type: StateType
    name: Text | None = None
    message: Prose | None = None
    state_details: HeldStateDetails = Field(default_factory=lambda: StateDetails(deferred=False))
    data: Json = None

    def to_state(self) -> State[Any]:
        """The state itself, without a moment and without an id."""
        return State(self.type, self.name, self.message, self.data, self.state_details)


def _read_state(shape: StateShape) -> State[Any]:
    details = _read_details(shape.state_details)
    is_kept = isinstance(shape.data, Mapping) and "storage_key" in shape.data
    data = StoredResult(shape.data) if is_kept else shape.data
    return State(shape.type, shape.name, shape.message, data, details, shape.timestamp, shape.id)


def _write_state(state: State[Any], info: SerializationInfo) -> object:
    fields = {name: value for name, value in state.fields().items() if name in StateShape.model_fields}
    if info.mode == "python":
        return fields
    return {**fields, "state_details": _write_details(state.state_details, info), "data": _writable(state.data)}


def _writable(data: object) -> object:
    """What JSON can say of a result: itself if it is plain, else the reference to where it is kept."""
    plain = data is None or isinstance(data, (str, int, float, Mapping, list, Shape))
    return data if plain else getattr(data, "reference", None)


HeldState = Annotated[State[Any], Held(State, StateShape, _read_state, _write_state)]


# --- what the server decided


class SetStateStatus(StrEnum):
    """What came of a proposed state."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    ABORT = "ABORT"
    WAIT = "WAIT"


class StateAcceptDetails(Shape):
    """The state was accepted."""

    type: Literal["accept_details"] = "accept_details"


class StateRejectDetails(Shape):
    """The state was rejected; the run is in another one."""

    type: Literal["reject_details"] = "reject_details"
    reason: Text | None = None


class StateAbortDetails(Shape):
    """The state was refused, and the process that proposed it is to end."""

    type: Literal["abort_details"] = "abort_details"
    reason: Text | None = None


class StateWaitDetails(Shape):
    """The state is to be proposed again later."""

    type: Literal["wait_details"] = "wait_details"
    delay_seconds: Integer
    reason: Text | None = None


StateResponseDetails = Annotated[
    StateAcceptDetails | StateWaitDetails | StateRejectDetails | StateAbortDetails, Field(discriminator="type")
]


class OrchestrationResult(Shape):
    """What the server decided about a proposed state, and the state that the run is in now."""

    state: HeldState | None
    status: SetStateStatus
    details: StateResponseDetails


# --- counts over time


class HistoryResponseState(Shape):
    """How many runs of an interval are in one state."""

    state_type: StateType
    state_name: Text
    count_runs: Integer
    sum_estimated_run_time: Seconds
    sum_estimated_lateness: Seconds


class HistoryResponse(Shape):
    """The runs of one interval, by state."""

    interval_start: Moment
    interval_end: Moment
    states: list[HistoryResponseState]
