"""What a new flow run takes over from what it belongs to."""

from __future__ import annotations

import json
from uuid import UUID

from prefect.storage.transaction import Transaction


def flow_labels(tx: Transaction, flow_id: UUID) -> dict[str, object] | None:
    """Labels of a flow, its id among them, for its runs; None if there is no such flow."""
    row = tx.one("SELECT labels FROM flow WHERE id = ?", (flow_id.bytes,))
    return None if row is None else {**json.loads(row[0]), "prefect.flow.id": str(flow_id)}


def deployment_labels(tx: Transaction, deployment_id: UUID) -> dict[str, object]:
    """Labels of a deployment, its id among them, for its runs; none if there is no such deployment."""
    row = tx.one("SELECT labels FROM deployment WHERE id = ?", (deployment_id.bytes,))
    return {} if row is None else {**json.loads(row[0]), "prefect.deployment.id": str(deployment_id)}


def flow_run_of_task(tx: Transaction, task_run_id: UUID) -> UUID | None:
    """The flow run in which a task was called, if that is known."""
    row = tx.one("SELECT flow_run_id FROM task_run WHERE id = ?", (task_run_id.bytes,))
    return None if row is None or row[0] is None else UUID(bytes=row[0])
