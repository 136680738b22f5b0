"""CSRF tokens: one per client, replaced when it asks for another."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from prefect.storage.transaction import Transaction


class CsrfToken(NamedTuple):
    """A client's token."""

    id: UUID
    client: str
    token: str
    expiration: int
    created: int
    updated: int


def find(tx: Transaction, client: str) -> CsrfToken | None:
    """A client's token, or None."""
    sql = "SELECT id, client, token, expiration, created, updated FROM csrf_token WHERE client = ?"
    row = tx.one(sql, (client,))
    return None if row is None else CsrfToken(UUID(bytes=bytes(row[0])), *row[1:])


def write(tx: Transaction, token: CsrfToken) -> None:
    """Give a client a token in place of the one it had, and forget those that have expired."""
    tx.execute("DELETE FROM csrf_token WHERE expiration < ?", (token.created,))
    tx.insert(
        "csrf_token",
        {**token._asdict(), "id": token.id.bytes},
        "ON CONFLICT (client) DO UPDATE SET id = excluded.id, token = excluded.token, expiration = excluded.expiration,"
        " created = excluded.created, updated = excluded.updated",
    )
