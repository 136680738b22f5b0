"""`record.Flows` on a server."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.api import api, path
from prefect.cli.record import Record
from prefect.cli.remote import shapes


def page(limit: int) -> list[Record]:
    """Flows, newest first."""
    return [shapes.typed(item) for item in api().pages("/flows/filter", {"sort": "CREATED_DESC"}, limit)]


def by_name(name: str) -> Record | None:
    """The flow of that name."""
    said = api().get(path("/flows/name/{}", name))
    return None if said is None else shapes.typed(said)


def by_id(flow_id: UUID) -> Record | None:
    """One flow."""
    said = api().get(f"/flows/{flow_id}")
    return None if said is None else shapes.typed(said)
