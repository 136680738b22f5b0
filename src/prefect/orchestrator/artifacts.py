"""Changing artifacts, each within one transaction; they are made by journal entries."""

from __future__ import annotations

from uuid import UUID

from prefect.core.ports import Clock
from prefect.exceptions import ObjectNotFound
from prefect.storage.keyed import artifacts
from prefect.storage.transaction import Transaction


def update(tx: Transaction, artifact_id: UUID, data: str | None, description: str | None, clock: Clock) -> None:
    """Change an artifact's data (JSON text) and description where they are given. Raises ObjectNotFound."""
    if not artifacts.update(tx, artifact_id, data, description, clock.now()):
        raise ObjectNotFound(f"Artifact {str(artifact_id)!r} not found.")
