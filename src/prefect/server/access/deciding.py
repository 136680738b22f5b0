"""Decisions about accounts, keys and sessions, each made in one transaction.

One thing must always hold: where credentials are needed, somebody can administer them. So the first credential is an
administrator's, and the last administrator stays one for as long as other credentials exist.
"""

from __future__ import annotations

from uuid import UUID

from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectException
from prefect.storage.keyed.access import credentials as stored
from prefect.storage.keyed.access.credentials import Account, ApiKey
from prefect.storage.transaction import Transaction

ADMIN = "admin"


class NoAdministrator(PrefectException):
    """Nobody would be left who can administer the server."""

    status = 409


def add_account(tx: Transaction, account: Account, administered: bool) -> None:
    """Make an account. Raises ObjectAlreadyExists, NoAdministrator.

    Args:
        administered: whether there is an administrator beside those on record, by the auth string.
    """
    if not stored.add_account(tx, account):
        raise ObjectAlreadyExists("There is an account of that name.")
    _require_administrator(tx, account.created, administered)


def change_account(
    tx: Transaction,
    account_id: UUID,
    password: str | None,
    role: str | None,
    active: bool | None,
    now: int,
    administered: bool,
) -> Account:
    """Change what is not None of an account; its sessions end. Raises ObjectNotFound, NoAdministrator."""
    stored.hold_all(tx)
    account = stored.account_by_id(tx, account_id)
    if account is None:
        raise ObjectNotFound(None, "Account not found")
    changed = account._replace(
        password=account.password if password is None else password,
        role=role or account.role,
        active=account.active if active is None else active,
        updated=now,
    )
    stored.change_account(tx, changed)
    stored.end_sessions_of(tx, account_id)
    _require_administrator(tx, now, administered)
    return changed


def delete_account(tx: Transaction, account_id: UUID, now: int, administered: bool) -> bool:
    """Remove an account with its keys and sessions; False if there is none. Raises NoAdministrator."""
    stored.hold_all(tx)
    found = stored.delete_account(tx, account_id)
    _require_administrator(tx, now, administered)
    return found


def add_key(tx: Transaction, key: ApiKey, digest: str, now: int, administered: bool) -> str | None:
    """Make a key; the name of its owner, if it has one. Raises ObjectNotFound, NoAdministrator."""
    owner = None if key.account_id is None else stored.account_by_id(tx, key.account_id)
    if key.account_id is not None and owner is None:
        raise ObjectNotFound(None, "Account not found")
    stored.add_key(tx, key, digest, now)
    _require_administrator(tx, now, administered)
    return None if owner is None else owner.name


def revoke_key(tx: Transaction, key_id: UUID, now: int, administered: bool) -> bool:
    """Have a key open nothing any more; False if there is none. Raises NoAdministrator."""
    stored.hold_all(tx)
    found = stored.revoke_key(tx, key_id, now)
    _require_administrator(tx, now, administered)
    return found


def _require_administrator(tx: Transaction, now: int, administered: bool) -> None:
    standing = stored.standing(tx, now, ADMIN)
    if administered or standing.administrators or not (standing.accounts or standing.keys):
        return
    raise NoAdministrator(
        "Nobody would be left who can administer the server. Make an account or a key with the role 'admin' first."
    )
