"""`record.Flows` on a server."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.api import any_of, api
from prefect.cli.record import Record
from prefect.cli.remote import shapes


def page(limit: int) -> list[Record]:
    """Flows, newest first."""
    return [shapes.typed(item) for item in api().pages("/flows/filter", {"sort": "CREATED_DESC"}, limit)]


def by_name(name: str) -> Record | None:
    """The flow of that name."""
    found = api().pages("/flows/filter", {"flows": {"name": any_of([name])}}, 1)  # a name may have a slash
    return shapes.typed(found[0]) if found else None


def by_id(flow_id: UUID) -> Record | None:
    """One flow."""
    said = api().get(f"/flows/{flow_id}")
    return None if said is None else shapes.typed(said)
