"""What passes through the engine without being looked at: states of any value, parameters by name."""

from __future__ import annotations

from typing import Any

from prefect.core.lifecycle.states import State

AnyState = State[Any]
"""A state whose value may be anything."""

Parameters = dict[str, Any]
"""The parameters of a call, by name."""
