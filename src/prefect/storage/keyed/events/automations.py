"""Automations by id, and the resources they belong or relate to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction


class Link(NamedTuple):
    """A resource that an automation belongs to (`owns`) or acts on."""

    resource_id: str
    owns: bool


AUTOMATION = Columns(
    "automation",
    ("name", "description"),
    ("id",),
    ("created", "updated"),
    ("tags", "trigger", "actions", "actions_on_trigger", "actions_on_resolve"),
    flags=("enabled",),
)


def find(tx: Transaction, automation_id: UUID) -> Record | None:
    """The automation of that id, or None."""
    return rows.first(tx, AUTOMATION, "WHERE id = ?", (automation_id.bytes,))


def insert(tx: Transaction, automation_id: UUID, texts: Mapping[str, object], links: Iterable[Link], now: int) -> None:
    """Make an automation; `texts` are its columns, documents as JSON text."""
    tx.insert("automation", {"id": automation_id.bytes, **texts, "created": now, "updated": now})
    _link(tx, automation_id, links)


def update(tx: Transaction, automation_id: UUID, texts: Mapping[str, object], now: int) -> bool:
    """Change columns of an automation; False if there is none."""
    assignments = ", ".join(f'"{name}" = ?' for name in (*texts, "updated"))
    sql = f"UPDATE automation SET {assignments} WHERE id = ?"
    return tx.execute(sql, (*texts.values(), now, automation_id.bytes)) == 1


def relate(tx: Transaction, automation_id: UUID, links: Iterable[Link]) -> None:
    """Set which resources an automation acts on; what it belongs to stays."""
    tx.execute("DELETE FROM automation_resource WHERE automation_id = ? AND owns = 0", (automation_id.bytes,))
    _link(tx, automation_id, links)


def _link(tx: Transaction, automation_id: UUID, links: Iterable[Link]) -> None:
    for resource_id, owns in links:
        values: dict[str, object] = {"automation_id": automation_id.bytes, "resource_id": resource_id}
        tx.insert("automation_resource", {**values, "owns": int(owns)}, "ON CONFLICT DO NOTHING")


def delete(tx: Transaction, automation_id: UUID) -> bool:
    """Remove an automation; False if there is none."""
    tx.execute("DELETE FROM automation_resource WHERE automation_id = ?", (automation_id.bytes,))
    return tx.execute("DELETE FROM automation WHERE id = ?", (automation_id.bytes,)) == 1


def delete_owned_by(tx: Transaction, resource_id: str) -> int:
    """Remove the automations that belong to a resource; returns how many."""
    sql = "SELECT automation_id FROM automation_resource WHERE resource_id = ? AND owns = 1 ORDER BY automation_id"
    return sum(delete(tx, UUID(bytes=bytes(row[0]))) for row in tx.all(sql, (resource_id,)))
