"""Artifacts: the newest of each key, all of one key, one by id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import artifact

_NEWEST = (artifact.c.created.desc(), artifact.c.id.desc())


def latest(reading: Reading, limit: int | None = None) -> list[Record]:
    """The newest artifact of each key, and every one without a key; last updated first."""
    rank = func.row_number().over(partition_by=artifact.c.key, order_by=_NEWEST).label("rank")
    ranked = select(artifact, rank).subquery()
    wanted = select(*(ranked.c[column.name] for column in artifact.c))
    wanted = wanted.where((ranked.c.rank == 1) | ranked.c.key.is_(None))
    return reading.rows(wanted.order_by(ranked.c.updated.desc(), ranked.c.id.desc()).limit(limit))


def of_key(reading: Reading, key: str, limit: int | None = None) -> list[Record]:
    """The artifacts of a key, newest first."""
    return reading.rows(select(artifact).where(artifact.c.key == key).order_by(*_NEWEST).limit(limit))


def of_flow_run(reading: Reading, run_id: UUID) -> list[Record]:
    """What a flow run published, in order."""
    mine = select(artifact).where(artifact.c.flow_run_id == run_id)
    return reading.rows(mine.order_by(artifact.c.created, artifact.c.id))


def by_id(reading: Reading, artifact_id: UUID) -> Record | None:
    """The artifact of that id; None if there is none."""
    return reading.one(select(artifact).where(artifact.c.id == artifact_id))


def page(reading: Reading, limit: int | None = None, offset: int = 0) -> list[Record]:
    """All artifacts, newest first."""
    return reading.rows(select(artifact).order_by(*_NEWEST).limit(limit).offset(offset))
