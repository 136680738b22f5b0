"""The audit log: every change with its author and its outcome, and no value in it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from prefect.server.access.audit import plain
from prefect.server.app import App
from tests.server.access.conftest import ADMIN, AUTH_STRING, PREFIX, Serve, calling, new_key


async def entries(admin: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    app: App = admin._transport.app  # type: ignore[attr-defined]
    app.world.store.flush()
    answer = await admin.post(f"{PREFIX}/audit/filter", json={"audit": wanted})
    assert answer.status_code == 200
    assert answer.json()["count"] == len(answer.json()["results"])
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def of(entry: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(entry[name] for name in ("actor", "role", "method", "path", "status"))


async def test_changes_are_noted_with_their_authors_and_outcomes(admin: httpx.AsyncClient) -> None:
    flow = (await admin.post("/flows/", json={"name": "planted name"})).json()
    await admin.patch(f"/flows/{flow['id']}", json={"tags": ["planted tag"]})
    await admin.patch(f"/flows/{uuid4()}", json={"tags": []})
    await admin.patch(f"/flows/{flow['id']}", json={"tags": 1})
    await admin.delete(f"/flows/{flow['id']}")
    found = await entries(admin, path_like="/api/flows")
    assert [(entry["method"], entry["status"]) for entry in found] == [
        ("DELETE", 204), ("PATCH", 422), ("PATCH", 404), ("PATCH", 204)
    ]  # fmt: skip
    assert {entry["actor"] for entry in found} == {"auth-string"}
    assert found[-1]["details"] == {"fields": ["tags"]}
    assert found[-1]["address"] == "127.0.0.1"
    assert "planted" not in str(found)


async def test_what_is_read_and_what_runs_report_is_not_noted(admin: httpx.AsyncClient) -> None:
    before = len(await entries(admin))
    await admin.get("/version")
    await admin.post("/flows/filter", json={})
    flow = (await admin.post("/flows/", json={"name": "x"})).json()
    await admin.post("/flow_runs/", json={"flow_id": flow["id"]})
    assert len(await entries(admin)) == before


async def test_what_a_person_does_by_hand_is_noted_also_where_runs_report(admin: httpx.AsyncClient) -> None:
    given = {"name": "ru", "password": "long enough", "role": "runner"}
    await admin.post(f"{PREFIX}/accounts", json=given)
    await admin.post("/flows/", json={"name": "x"}, auth=("ru", "long enough"))
    assert [of(entry) for entry in await entries(admin, actor=["ru"])] == [("ru", "runner", "POST", "/api/flows/", 201)]


async def test_who_was_refused_is_noted(admin: httpx.AsyncClient) -> None:
    key = await new_key(admin, "viewer")
    await admin.get("/version", auth=("root", "a wrong password"))
    await admin.get("/version", auth=None)
    await admin.delete(f"/flows/{uuid4()}", auth=key)
    refused = await entries(admin, status=[401, 403])
    assert [of(entry)[0] for entry in refused] == ["key a viewer", "nobody"]
    assert refused[1]["details"] == {"credential": "root"}
    assert "wrong password" not in str(refused)


async def test_accounts_and_keys_leave_entries_without_their_secrets(admin: httpx.AsyncClient) -> None:
    given = {"name": "ada", "password": "planted secret", "role": "admin"}
    await admin.post(f"{PREFIX}/accounts", json=given)
    key = await new_key(admin, "runner")
    found = await entries(admin, path_like=PREFIX, method=["POST"])
    made = {entry["path"].rpartition("/")[2]: entry["details"] for entry in found if entry["status"] == 201}
    assert made["accounts"] == {"account": "ada", "fields": ["name", "password", "role"]}
    assert made["keys"] == {"key": key.key[:10], "fields": ["name", "role"]}
    assert "planted" not in str(found)
    assert key.key not in str(found)


async def test_a_change_and_its_entry_are_there_together_or_not_at_all(serve: Serve, store: Any) -> None:
    async with calling(await serve(auth_string=AUTH_STRING), auth=ADMIN) as admin:
        flow = (await admin.post("/flows/", json={"name": "x"})).json()
        store.transact(
            lambda tx: tx.execute(
                "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        )
        answer = await admin.patch(f"/flows/{flow['id']}", json={"tags": ["a"]})
        assert answer.status_code != 204
        assert (await admin.get(f"/flows/{flow['id']}")).json()["tags"] == []
        store.transact(lambda tx: tx.execute("DROP TRIGGER full"))


@pytest.mark.parametrize(
    "body",
    [{"audit": {"more": 1}}, {"limit": -1}, {"offset": -1}, {"audit": {"status": ["x"]}}, {"audit": {"actor": ["a\0"]}},
     {"audit": {"after": "yesterday"}}, {"audit": {"before": "0001-01-01T00:00:00+14:00"}}, {"limit": 10**30}, []],
)  # fmt: skip
async def test_filters_that_do_not_fit(admin: httpx.AsyncClient, body: Any) -> None:
    assert (await admin.post(f"{PREFIX}/audit/filter", json=body)).status_code == 422


async def test_filters_of_time_and_pages(admin: httpx.AsyncClient) -> None:
    for _ in range(3):
        await admin.delete(f"/flows/{uuid4()}")
    found = await entries(admin, method=["DELETE"])
    moments = [entry["moment"] for entry in found]
    assert moments == sorted(moments, reverse=True)
    assert len(await entries(admin, method=["DELETE"], after=moments[1])) == 2
    assert len(await entries(admin, method=["DELETE"], before=moments[1], address=["127.0.0.1"])) == 2
    page = await admin.post(f"{PREFIX}/audit/filter", json={"audit": {"method": ["DELETE"]}, "limit": 1, "offset": 1})
    assert (page.json()["results"], page.json()["count"]) == ([found[1]], 3)


def test_what_would_forge_a_line_is_shown_instead() -> None:
    assert plain("a\nb\x1b[31m\0\u202e") == "a\\nb\\x1b[31m\\x00\\u202e"
    assert plain("\ud800") == "\\ud800"
    assert len(plain("x" * 10_000)) == 300
