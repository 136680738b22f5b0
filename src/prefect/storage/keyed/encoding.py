"""State details as JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.states import State, StateDetails
from prefect.storage.documents import Record, Row

_UUIDS = frozenset({
    "flow_run_id", "task_run_id", "child_flow_run_id", "transition_id", "task_parameters_id",
    "deployment_concurrency_lease_id",
})  # fmt: skip
_MOMENTS = frozenset({"scheduled_time", "cache_expiration", "pause_timeout"})


def details_to_json(state: State[Any]) -> str | None:
    """The details that differ from their defaults, or None."""
    facts = state.detail_facts()
    return json.dumps(facts, default=_plain) if facts else None


UNPERSISTED = "unpersisted"
"""Kind of data that says that nothing was kept."""


def data_to_json(state: State[Any]) -> str | None:
    """The reference to a kept result, if the state's data is one that can be written down."""
    reference = getattr(state.data, "reference", None)
    if reference is None or (isinstance(reference, Mapping) and reference.get("type") == UNPERSISTED):
        return None
    return json.dumps(reference)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def details_from_json(text: str | None) -> StateDetails | None:
    """The details written by `details_to_json`."""
    return StateDetails(**details_from_mapping(json.loads(text))) if text else None


def details_from_mapping(facts: Row) -> Record:
    """Details with their ids and moments as such; unknown ones are left out."""
    return {name: _typed(name, value) for name, value in facts.items() if name in StateDetails.DEFAULTS}


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _UUIDS:
        return UUID(str(value))
    return datetime.fromisoformat(value) if name in _MOMENTS else value
