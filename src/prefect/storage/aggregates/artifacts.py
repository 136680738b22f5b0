"""Artifacts: the newest of each key, all of one key, one by id; filtered pages of all and of the newest."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, and_, func, select

from prefect.storage.aggregates.filters import ARTIFACTS, Filters, flow_runs_where, task_runs_where
from prefect.storage.aggregates.pages import count_of, one_of, page_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Condition, where
from prefect.storage.tables import artifact, flow_run, task_run

_NEWEST = (artifact.c.created.desc(), artifact.c.id.desc())
SORTS = {
    "CREATED_DESC": artifact.c.created.desc(),
    "UPDATED_DESC": artifact.c.updated.desc(),
    "ID_DESC": artifact.c.id.desc(),
    "KEY_DESC": artifact.c.key.desc(),
    "KEY_ASC": artifact.c.key.asc(),
}
later = artifact.alias("later")
earlier = artifact.alias("earlier")


def latest(reading: Reading, limit: int | None = None) -> list[Record]:
    """The newest artifact of each key, and every one without a key; last updated first."""
    wanted = select(artifact).where(is_newest() | artifact.c.key.is_(None))
    return reading.rows(wanted.order_by(artifact.c.updated.desc(), artifact.c.id.desc()).limit(limit))


def is_newest() -> Condition:
    """Whether no artifact of the same key was made later."""
    is_later = (later.c.created > artifact.c.created) | (
        (later.c.created == artifact.c.created) & (later.c.id > artifact.c.id)
    )
    return ~select(later.c.id).where(later.c.key == artifact.c.key, is_later).exists()


def of_key(reading: Reading, key: str, limit: int | None = None) -> list[Record]:
    """The artifacts of a key, newest first."""
    return reading.rows(select(artifact).where(artifact.c.key == key).order_by(*_NEWEST).limit(limit))


def of_flow_run(reading: Reading, run_id: UUID) -> list[Record]:
    """What a flow run published, in order."""
    mine = select(artifact).where(artifact.c.flow_run_id == run_id)
    return reading.rows(mine.order_by(artifact.c.created, artifact.c.id))


def by_id(reading: Reading, artifact_id: UUID) -> Record | None:
    """The artifact of that id; None if there is none."""
    return one_of(reading, artifact, artifact.c.id == artifact_id)


def page(reading: Reading, limit: int | None = None, offset: int = 0) -> list[Record]:
    """All artifacts, newest first."""
    return reading.rows(select(artifact).order_by(*_NEWEST).limit(limit).offset(offset))


# --- as the API asks for them


def artifacts_where(filters: Filters) -> Condition:
    """Which artifacts, by filters of themselves and of the runs that made them."""
    conditions: list[Condition] = [where(ARTIFACTS, filters.get("artifacts"))]
    of_flow_runs = {name: given for name, given in filters.items() if name in ("flows", "flow_runs", "deployments")}
    if any(of_flow_runs.values()):
        conditions.append(artifact.c.flow_run_id.in_(select(flow_run.c.id).where(flow_runs_where(of_flow_runs))))
    if task_runs := filters.get("task_runs"):
        wanted = select(task_run.c.id).where(task_runs_where({"task_runs": task_runs}))
        conditions.append(artifact.c.task_run_id.in_(wanted))
    return and_(*conditions)


def filtered_page(reading: Reading, filters: Filters, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """Artifacts that match filters."""
    return page_of(reading, artifact, artifacts_where(filters), (SORTS[sort], artifact.c.id.desc()), limit, offset)


def filtered_count(reading: Reading, filters: Filters) -> int:
    """How many artifacts match filters."""
    return count_of(reading, artifact, artifacts_where(filters))


def _collections(filters: Filters) -> Select[*tuple[object, ...]]:
    first = select(func.min(earlier.c.created)).where(earlier.c.key == artifact.c.key).scalar_subquery()
    newest = artifact.c.key.is_not(None) & is_newest()
    return select(artifact, first.label("first_created")).where(newest, artifacts_where(filters))


def latest_page(reading: Reading, filters: Filters, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """The newest artifact of each key, those that match filters; each with when the first of its key was made."""
    query = _collections(filters).order_by(SORTS[sort], artifact.c.id.desc())
    return reading.rows(query.limit(limit).offset(offset))


def latest_count(reading: Reading, filters: Filters) -> int:
    """How many keys have a newest artifact that matches filters."""
    return count_of(reading, artifact, and_(artifact.c.key.is_not(None), is_newest(), artifacts_where(filters)))


def latest_of_key(reading: Reading, key: str) -> Record | None:
    """The newest artifact of a key; None if there is none."""
    return reading.one(_collections({}).where(artifact.c.key == key))
