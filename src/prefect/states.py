"""States: constructors for each, and what to do with one that a run returned."""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateDetails, StateType

__all__ = ["State", "StateDetails", "StateType"]
