"""References to results, kept as artifacts too: as Prefect's server lists them."""

from __future__ import annotations

import json
from uuid import UUID

from prefect.core.journal import ARTIFACT
from prefect.core.lifecycle.states import State
from prefect.storage.keyed.encoding import data_to_json
from prefect.storage.transaction import Transaction


def note_result(tx: Transaction, state: State[object], flow_run_id: UUID | None, task_run_id: UUID | None) -> None:
    """Write an artifact for what a state's data refers to, if it does; its id is the state's."""
    data, moment = data_to_json(state), state.moment
    if data is None or state.id is None or moment is None:
        return
    description = _description(json.loads(data))
    runs = (_bytes(flow_run_id), _bytes(task_run_id))
    tx.append(ARTIFACT, (state.id.bytes, None, None, data, description, None, *runs, moment, moment))


def _description(data: object) -> str | None:
    known = data.get("artifact_description") if isinstance(data, dict) else None
    return known if isinstance(known, str) else None


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
