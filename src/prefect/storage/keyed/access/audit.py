"""The audit log: rows are added, and cut by age alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from prefect.storage.transaction import Transaction


class AuditEntry(NamedTuple):
    """Who did what, when, from where, and what came of it."""

    id: UUID
    moment: int
    actor: str
    role: str | None
    address: str | None
    method: str
    path: str
    status: int
    details: Mapping[str, object] | None = None


def add(tx: Transaction, entry: AuditEntry) -> None:
    """Add an entry."""
    details = None if entry.details is None else json.dumps(dict(entry.details))
    tx.insert("audit", {**entry._asdict(), "id": entry.id.bytes, "details": details})


def correct(tx: Transaction, entry_id: UUID, status: int) -> bool:
    """Note how a request was answered in the end; False if there is no such entry.

    An entry is written together with its change, before the answer is known.
    """
    return tx.execute("UPDATE audit SET status = ? WHERE id = ?", (status, entry_id.bytes)) == 1
