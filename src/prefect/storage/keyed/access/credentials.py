"""Accounts, API keys and sessions by key: what a credential that somebody shows amounts to.

Nothing here could be shown again: passwords are hashed, keys and sessions are kept by their digests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from prefect.storage.transaction import Transaction


class Account(NamedTuple):
    """A person who signs in."""

    id: UUID
    name: str
    password: str | None
    """Hashed."""

    role: str
    active: bool
    created: int
    updated: int


class ApiKey(NamedTuple):
    """A key that a program shows, with the account it belongs to."""

    id: UUID
    name: str
    prefix: str
    role: str
    scopes: Mapping[str, str]
    expires: int | None
    revoked: int | None
    owner: Account | None
    account_id: UUID | None

    def is_live(self, now: int) -> bool:
        """Whether it opens anything: neither revoked nor expired, and its owner is there and active."""
        if self.revoked is not None or (self.expires is not None and self.expires <= now):
            return False
        return self.account_id is None or (self.owner is not None and self.owner.active)


class Standing(NamedTuple):
    """Which credentials there are."""

    accounts: int
    """Active ones."""

    keys: int
    """Live ones."""

    administrators: int
    """Of both, those that may do everything."""


# --- accounts

_ACCOUNT = "id, name, password, role, active, created, updated"


def _account(row: tuple[Any, ...]) -> Account:
    identity, name, password, role, active, created, updated = row
    return Account(UUID(bytes=bytes(identity)), name, password, role, bool(active), created, updated)


def account_by_name(tx: Transaction, name: str) -> Account | None:
    """The account of that name, or None."""
    row = tx.one(f"SELECT {_ACCOUNT} FROM account WHERE name = ?{tx.locking}", (name,))
    return None if row is None else _account(row)


def account_by_id(tx: Transaction, account_id: UUID) -> Account | None:
    """The account of that id, or None."""
    row = tx.one(f"SELECT {_ACCOUNT} FROM account WHERE id = ?{tx.locking}", (account_id.bytes,))
    return None if row is None else _account(row)


def add_account(tx: Transaction, account: Account) -> bool:
    """Make an account; False if there is one of that name."""
    values: dict[str, object] = {**account._asdict(), "id": account.id.bytes, "active": int(account.active)}
    return tx.insert("account", values, "ON CONFLICT (name) DO NOTHING") == 1


def change_account(tx: Transaction, account: Account) -> None:
    """Write an account's password, role and activity."""
    sql = "UPDATE account SET password = ?, role = ?, active = ?, updated = ? WHERE id = ?"
    tx.execute(sql, (account.password, account.role, int(account.active), account.updated, account.id.bytes))


def delete_account(tx: Transaction, account_id: UUID) -> bool:
    """Remove an account with its keys and sessions; False if there is none."""
    for table in ("api_key", "session"):
        tx.execute(f"DELETE FROM {table} WHERE account_id = ?", (account_id.bytes,))
    return tx.execute("DELETE FROM account WHERE id = ?", (account_id.bytes,)) == 1


# --- keys

_KEY = "k.id, k.name, k.prefix, k.role, k.scopes, k.expires, k.revoked, k.account_id"
_OWNER = ", ".join(f"a.{name}" for name in _ACCOUNT.split(", "))
_KEY_BY_DIGEST = f"SELECT {_KEY}, {_OWNER} FROM api_key k LEFT JOIN account a ON a.id = k.account_id WHERE k.digest = ?"


def key_by_digest(tx: Transaction, digest: str) -> ApiKey | None:
    """The key with that digest, or None."""
    row = tx.one(_KEY_BY_DIGEST, (digest,))
    if row is None:
        return None
    (identity, name, prefix, role, scopes, expires, revoked, account_id), owner = row[:8], row[8:]
    return ApiKey(
        id=UUID(bytes=bytes(identity)),
        name=name,
        prefix=prefix,
        role=role,
        scopes=json.loads(scopes),
        expires=expires,
        revoked=revoked,
        owner=None if owner[0] is None else _account(owner),
        account_id=None if account_id is None else UUID(bytes=bytes(account_id)),
    )


def add_key(tx: Transaction, key: ApiKey, digest: str, now: int) -> None:
    """Make a key."""
    values: dict[str, object] = {
        "id": key.id.bytes,
        "account_id": None if key.account_id is None else key.account_id.bytes,
        "name": key.name,
        "prefix": key.prefix,
        "digest": digest,
        "role": key.role,
        "scopes": json.dumps(dict(key.scopes)),
        "expires": key.expires,
        "created": now,
    }
    tx.insert("api_key", values)


def revoke_key(tx: Transaction, key_id: UUID, now: int) -> bool:
    """Have a key open nothing any more; False if there is none."""
    sql = "UPDATE api_key SET revoked = COALESCE(revoked, ?) WHERE id = ?"
    return tx.execute(sql, (now, key_id.bytes)) == 1


def note_use(tx: Transaction, used: Mapping[UUID, int]) -> None:
    """When keys were last used."""
    for key_id, moment in sorted(used.items()):
        sql = "UPDATE api_key SET last_used = ? WHERE id = ? AND COALESCE(last_used, 0) < ?"
        tx.execute(sql, (moment, key_id.bytes, moment))


# --- sessions


def add_session(tx: Transaction, digest: str, account_id: UUID, expires: int, now: int) -> None:
    """Begin a session, and forget those that have expired."""
    tx.execute("DELETE FROM session WHERE expires <= ?", (now,))
    values: dict[str, object] = {"digest": digest, "account_id": account_id.bytes, "expires": expires, "created": now}
    tx.insert("session", values)


def session_account(tx: Transaction, digest: str, now: int) -> UUID | None:
    """Whose session it is; None if there is none, or it has expired."""
    row = tx.one("SELECT account_id FROM session WHERE digest = ? AND expires > ?", (digest, now))
    return None if row is None else UUID(bytes=bytes(row[0]))


def end_session(tx: Transaction, digest: str) -> bool:
    """End a session; False if there is none."""
    return tx.execute("DELETE FROM session WHERE digest = ?", (digest,)) == 1


def end_sessions_of(tx: Transaction, account_id: UUID) -> None:
    """End every session of an account."""
    tx.execute("DELETE FROM session WHERE account_id = ?", (account_id.bytes,))


# --- all of them


def hold_all(tx: Transaction) -> None:
    """Have no other decision change accounts or keys until this one is committed: who administers rests on all of them."""
    for table in ("account", "api_key"):
        tx.all(f"SELECT id FROM {table} ORDER BY id{tx.locking}")


_LIVE_KEY = (
    "revoked IS NULL AND (expires IS NULL OR expires > ?) AND (account_id IS NULL OR EXISTS"
    " (SELECT 1 FROM account a WHERE a.id = api_key.account_id AND a.active = 1{role}))"
)


def standing(tx: Transaction, now: int, administrator: str) -> Standing:
    """Which credentials there are; `administrator` is the role that may do everything."""
    accounts = _count(tx, "SELECT COUNT(*) FROM account WHERE active = 1")
    keys = _count(tx, f"SELECT COUNT(*) FROM api_key WHERE {_LIVE_KEY.format(role='')}", now)
    people = _count(
        tx, "SELECT COUNT(*) FROM account WHERE active = 1 AND role = ? AND password IS NOT NULL", administrator
    )
    mighty = f"SELECT COUNT(*) FROM api_key WHERE role = ? AND scopes = '{{}}' AND {_LIVE_KEY.format(role=' AND a.role = ?')}"
    return Standing(accounts, keys, people + _count(tx, mighty, administrator, now, administrator))


def _count(tx: Transaction, sql: str, *parameters: object) -> int:
    row = tx.one(sql, parameters)
    return int(row[0]) if row else 0
