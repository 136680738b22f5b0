"""Accounts, keys, tokens and audit entries as the API shows them: never with what they are kept by."""

from __future__ import annotations

from typing import Any

from prefect.core.times import to_datetime
from prefect.server.http.answers import Json
from prefect.server.http.calls import Principal
from prefect.storage.keyed.access.credentials import Account, ApiKey
from prefect.storage.keyed.access.csrf import CsrfToken


def account_json(account: Account) -> Json:
    """A person's account."""
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role,
        "active": account.active,
        "created": to_datetime(account.created),
        "updated": to_datetime(account.updated),
    }


def account_row_json(row: dict[str, Any]) -> Json:
    """A person's account, from its row."""
    return {name: row[name] for name in ("id", "name", "role", "active", "created", "updated")}


def key_json(key: ApiKey, owner: str | None, created: int) -> Json:
    """A key that was made just now."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "role": key.role,
        "scopes": scopes_json(key.scopes),
        "account_id": key.account_id,
        "owner": owner,
        "expires": None if key.expires is None else to_datetime(key.expires),
        "revoked": None,
        "last_used": None,
        "created": to_datetime(created),
    }


def key_row_json(row: dict[str, Any]) -> Json:
    """A key, from its row."""
    names = ("id", "name", "prefix", "role", "account_id", "owner", "expires", "revoked", "last_used", "created")
    return {**{name: row[name] for name in names}, "scopes": scopes_json(row["scopes"])}


def scopes_json(scopes: Any) -> Json:
    """What a key is confined to."""
    return {"flow_run": scopes.get("flow_run"), "blocks": scopes.get("blocks")}


def caller_json(principal: Principal, csrf_required: bool) -> Json:
    """Who asks."""
    return {
        "name": principal.name,
        "kind": principal.kind,
        "role": principal.role.name.lower(),
        "account_id": principal.account,
        "csrf_required": csrf_required,
    }


def csrf_json(token: CsrfToken) -> Json:
    """A CSRF token."""
    return {
        "id": token.id,
        "created": to_datetime(token.created),
        "updated": to_datetime(token.updated),
        "token": token.token,
        "client": token.client,
        "expiration": to_datetime(token.expiration),
    }
