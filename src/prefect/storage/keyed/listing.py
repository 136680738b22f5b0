"""The newest flow runs in plain SQL: the one list that is looked at all the time, without SQLAlchemy's start."""

from __future__ import annotations

import json
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.storage.transaction import Transaction

_MOMENTS = frozenset(
    "fire_time state_timestamp expected_start_time next_scheduled_start_time start_time end_time created"
    " updated".split()
)
_DOCUMENTS = frozenset(
    "parameters context tags labels job_variables environment state_details state_data failure".split()
)
_NEWEST = """
SELECT flow_run.*, flow.name AS flow_name FROM flow_run JOIN flow ON flow.id = flow_run.flow_id
ORDER BY flow_run.expected_start_time DESC, flow_run.id DESC LIMIT ?
"""


def newest_flow_runs(tx: Transaction, limit: int) -> list[dict[str, object]]:
    """The flow runs that started last, newest first, by column and with `flow_name`."""
    names = [*tx.columns("flow_run"), "flow_name"]
    rows = tx.all(_NEWEST, (limit,))
    return [{name: _typed(name, value) for name, value in zip(names, row, strict=True)} for row in rows]


def _typed(name: str, value: object) -> object:
    if isinstance(value, bytes):
        return UUID(bytes=value)
    if name in _MOMENTS and isinstance(value, int):
        return to_datetime(value)
    return json.loads(value) if name in _DOCUMENTS and isinstance(value, str) else value
