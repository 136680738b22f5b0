"""`record.Artifacts` on the embedded record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.cli.record import Record, backend
from prefect.storage.aggregates import artifacts
from prefect.storage.aggregates.reading import Reading


def page(limit: int) -> list[Record]:
    """All, newest first."""
    return artifacts.page(Reading(backend().store), limit)


def latest(limit: int) -> list[Record]:
    """The newest of each key, last updated first."""
    return artifacts.latest(Reading(backend().store), limit)


def of_key(key: str, limit: int | None = None) -> list[Record]:
    """Those of a key, newest first."""
    return artifacts.of_key(Reading(backend().store), key, limit)


def by_id(artifact_id: UUID) -> Record | None:
    """One artifact."""
    return artifacts.by_id(Reading(backend().store), artifact_id)


def delete(ids: Sequence[UUID]) -> int:
    """Delete these."""
    delete_one = "DELETE FROM artifact WHERE id = ?"
    return sum(backend().store.transact(lambda tx: [tx.execute(delete_one, (one.bytes,)) for one in ids]))
