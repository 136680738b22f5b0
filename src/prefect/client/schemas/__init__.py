"""The shapes of the API's objects, requests and filters."""

from __future__ import annotations

from prefect.client.schemas.objects import FlowRun, State, StateDetails, StateType, TaskRun

__all__ = ["FlowRun", "State", "StateDetails", "StateType", "TaskRun"]
