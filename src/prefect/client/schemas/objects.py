"""What the API returns: runs, states and the rest."""

from __future__ import annotations

from prefect.core.lifecycle.runs import FlowRun, Run, TaskRun
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType

__all__ = ["FlowRun", "Run", "State", "StateDetails", "StateType", "TERMINAL_STATES", "TaskRun"]
