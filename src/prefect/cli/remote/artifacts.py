"""`record.Artifacts` on a server."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.cli.api import Json, any_of, api
from prefect.cli.record import Record
from prefect.cli.remote import shapes


def page(limit: int) -> list[Record]:
    """All, newest first."""
    return _found({"sort": "CREATED_DESC"}, limit)


def _found(body: Json, limit: int | None) -> list[Record]:
    return [shapes.artifact(item) for item in api().pages("/artifacts/filter", body, limit)]


def latest(limit: int) -> list[Record]:
    """The newest of each key and every one without a key, last updated first."""
    of_keys = api().pages("/artifacts/latest/filter", {"sort": "UPDATED_DESC"}, limit)
    keyed = _found({"artifacts": {"id": any_of([item["latest_id"] for item in of_keys])}}, None)
    loose = _found({"sort": "UPDATED_DESC", "artifacts": {"key": {"exists_": False}}}, limit)
    both = sorted([*keyed, *loose], key=lambda item: (str(item["updated"]), str(item["id"])), reverse=True)
    return both[:limit]


def of_key(key: str, limit: int | None = None) -> list[Record]:
    """Those of a key, newest first."""
    return _found({"sort": "CREATED_DESC", "artifacts": {"key": any_of([key])}}, limit)


def by_id(artifact_id: UUID) -> Record | None:
    """One artifact."""
    said = api().get(f"/artifacts/{artifact_id}")
    return None if said is None else shapes.artifact(said)


def delete(ids: Sequence[UUID]) -> int:
    """Delete these."""
    return sum(api().delete(f"/artifacts/{one}") for one in ids)
