"""What operations read of users' objects: states, flows and tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID, uuid4

from prefect.client.calls import AnyState, JsonObject


class FlowLike(Protocol):
    """What the client reads of a flow."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str | None: ...
    @property
    def retries(self) -> int | None: ...
    @property
    def retry_delay_seconds(self) -> Any: ...

    def serialize_parameters(self, parameters: JsonObject) -> JsonObject:
        """Parameters as JSON can hold them."""


class TaskLike(Protocol):
    """What the client reads of a task."""

    @property
    def task_key(self) -> str: ...
    @property
    def version(self) -> str | None: ...
    @property
    def tags(self) -> Collection[str]: ...
    @property
    def retries(self) -> int | None: ...
    @property
    def retry_delay_seconds(self) -> Any: ...
    @property
    def retry_jitter_factor(self) -> float | None: ...


def proposed(state: AnyState, **details: object) -> Mapping[str, object]:
    """A state as the server is asked to make it, with more details; the data goes only if it refers to a kept result."""
    return {
        "type": state.type,
        "name": state.name,
        "message": state.message,
        "data": getattr(state.data, "reference", None),
        "state_details": {**state.state_details.facts(), **details},
    }


def transition(state: AnyState, force: bool, **run: UUID) -> Mapping[str, object]:
    """A state that a run is to enter. Its transition's id lets a server know it when it comes twice."""
    return {"state": proposed(state, **run, transition_id=uuid4()), "force": force}


def as_id(given: UUID | str) -> UUID:
    """An id of an id or its text. Raises ValueError for other texts."""
    return given if isinstance(given, UUID) else UUID(given)
