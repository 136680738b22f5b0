"""How states are read of answers: JSON in the form of `StateShape`, `prefect.states.State` for users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from prefect.core.lifecycle.states import State
from prefect.wire.states import HeldState

if TYPE_CHECKING:
    import httpx

_one: TypeAdapter[State[Any]] = TypeAdapter(HeldState, config={"defer_build": True})
_many: TypeAdapter[list[State[Any]]] = TypeAdapter(list[HeldState], config={"defer_build": True})


def state(answer: httpx.Response) -> State[Any]:
    """One state."""
    return _one.validate_json(answer.content)


def states(answer: httpx.Response) -> list[State[Any]]:
    """A list of states."""
    return _many.validate_json(answer.content)
