"""Accounts, keys, sessions, tokens and the audit log, on either database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from prefect.server.access import passwords
from prefect.storage.store import Store
from tests.server.support import serving

PREFIX = "/headrace/access"
ROOT = ("root", "right password")


@pytest.fixture
async def admin(store: Store, server_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(passwords, "COST", 1 << 10)
    options: dict[str, Any] = {"auth_string": ":".join(ROOT), "services": False, "csrf_protection": False}
    async with serving(store, server_home, **options) as client:
        client.auth = httpx.BasicAuth(*ROOT)
        yield client


async def test_an_account_from_its_beginning_to_its_end(admin: httpx.AsyncClient) -> None:
    name = f"ada {uuid4()}"
    given = {"name": name, "password": "long enough", "role": "editor"}
    answers = await asyncio.gather(*(admin.post(f"{PREFIX}/accounts", json=given) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    made = next(answer.json() for answer in answers if answer.status_code == 201)
    place = f"{PREFIX}/accounts/{made['id']}"
    assert (await admin.get(place)).json() == made
    assert made in (await admin.get(f"{PREFIX}/accounts", params={"limit": 200})).json()
    changed = (await admin.patch(place, json={"role": "viewer"})).json()
    assert (changed["role"], changed["active"]) == ("viewer", True)
    ada = httpx.BasicAuth(name, "long enough")
    assert (await admin.get(f"{PREFIX}/me", auth=ada)).json()["role"] == "viewer"
    key = await admin.post(f"{PREFIX}/keys", json={"name": "hers", "account_id": made["id"], "role": "admin"})
    assert (key.status_code, key.json()["owner"]) == (201, name)
    assert (await admin.delete(place)).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert (await admin.request(method, place, json={})).status_code == 404
    assert (await admin.get(f"{PREFIX}/me", auth=ada)).status_code == 401
    assert (await admin.get(f"{PREFIX}/keys/{key.json()['id']}")).status_code == 404
    nobody = await admin.post(f"{PREFIX}/keys", json={"name": "x", "account_id": made["id"]})
    assert (nobody.status_code, nobody.json()) == (404, {"detail": "Account not found"})


async def test_a_key_is_listed_used_and_revoked(admin: httpx.AsyncClient) -> None:
    app: Any = admin._transport.app  # type: ignore[attr-defined]
    scopes = {"flow_run": str(uuid4()), "blocks": ["secret/x"]}
    made = (await admin.post(f"{PREFIX}/keys", json={"name": "k", "scopes": scopes})).json()
    assert made["scopes"] == scopes
    admin.auth = httpx.Auth()
    used = await admin.get(f"{PREFIX}/me", headers={"Authorization": f"Bearer {made['key']}"})
    assert used.json()["name"] == "key k"
    admin.auth = httpx.BasicAuth(*ROOT)
    app.world.access.gate.note_use()
    app.world.store.flush()
    place = f"{PREFIX}/keys/{made['id']}"
    listed = next(key for key in (await admin.get(f"{PREFIX}/keys")).json() if key["id"] == made["id"])
    assert listed["last_used"] is not None
    assert (await admin.delete(place)).status_code == 204
    revoked = (await admin.get(place)).json()["revoked"]
    assert revoked is not None
    assert (await admin.delete(place)).status_code == 204
    assert (await admin.get(place)).json()["revoked"] == revoked
    assert (await admin.delete(f"{PREFIX}/keys/{uuid4()}")).status_code == 404


async def test_a_session_with_its_tokens(admin: httpx.AsyncClient) -> None:
    admin.auth = httpx.Auth()
    signed_in = await admin.post(f"{PREFIX}/session", json={"name": ROOT[0], "password": ROOT[1]})
    assert signed_in.status_code == 200
    for _ in range(2):
        token = (await admin.get("/csrf-token?client=page")).json()["token"]
    headers = {"Prefect-Csrf-Client": "page", "Prefect-Csrf-Token": token}
    assert (await admin.post("/flows/filter", headers=headers)).status_code == 200
    assert (await admin.delete(f"{PREFIX}/session", headers=headers)).status_code == 204
    assert (await admin.get("/version")).status_code == 401


async def test_the_audit_log(admin: httpx.AsyncClient) -> None:
    flow = (await admin.post("/flows/", json={"name": f"x {uuid4()}"})).json()["id"]
    await admin.delete(f"/flows/{flow}")
    await admin.delete(f"/flows/{flow}")
    admin._transport.app.world.store.flush()  # type: ignore[attr-defined]
    wanted = {"audit": {"path_like": flow, "status": [204, 404], "actor": ["auth-string"], "method": ["DELETE"]}}
    found = (await admin.post(f"{PREFIX}/audit/filter", json=wanted)).json()
    assert ([entry["status"] for entry in found["results"]], found["count"]) == ([404, 204], 2)


async def test_the_table_of_roles(admin: httpx.AsyncClient) -> None:
    table = (await admin.get(f"{PREFIX}/roles")).json()
    assert {"method": "GET", "path": "/api/health", "role": "public"} in table
    assert {"method": "WS", "path": "/api/events/in", "role": "runner"} in table


async def test_administrators_cannot_remove_each_other_at_once(store: Store, server_home: Path) -> None:
    """Two who each remove the other at the same moment: one of them stays."""
    async with serving(store, server_home, auth_string="root:x", services=False) as client:
        client.auth = httpx.BasicAuth("root", "x")
        keys = [(await client.post(f"{PREFIX}/keys", json={"name": "a", "role": "admin"})).json() for _ in range(2)]
        others = (await client.get(f"{PREFIX}/keys")).json()
        for key in others:
            if key["id"] not in {made["id"] for made in keys}:
                await client.delete(f"{PREFIX}/keys/{key['id']}")
        await client.post(f"{PREFIX}/keys", json={"name": "v", "role": "viewer"})
    async with serving(store, server_home, services=False) as client:
        removals = [
            client.delete(f"{PREFIX}/keys/{target['id']}", headers={"Authorization": f"Bearer {by['key']}"})
            for target, by in (keys, keys[::-1])
        ]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*removals))
        assert statuses in ([204, 409], [204, 401])
