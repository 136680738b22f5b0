"""Who comes in: nobody's need of credentials, everybody's need of them, and what is not one."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from prefect.server.access import gate as gates
from prefect.server.app import App
from prefect.server.building import all_routes
from tests.server.access.conftest import ADMIN, AUTH_STRING, PREFIX, Bearer, Serve, calling, new_key

UNAUTHORIZED = {"exception_message": "Unauthorized"}
ANYTHING = {"{id}": "0" * 32}


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


class HeaderOf(httpx.Auth):
    """A header as it is."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(self.headers)
        yield request


async def raw(app: App, path: str, method: str = "GET", raw_path: str | None = None, **more: Any) -> int:
    """The status of a request whose path reaches the application exactly so."""
    sent: list[Any] = []
    headers = [(b"host", b"127.0.0.1:4200"), *more.get("headers", [])]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": (raw_path or path).encode(), "headers": headers,
        "query_string": b"", "scheme": "http", "client": more.get("client", ("127.0.0.1", 1)),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


# --- without any credential


async def test_this_machine_is_its_own_administrator(serve: Serve) -> None:
    async with calling(await serve()) as client:
        me = await client.get(f"{PREFIX}/me")
        assert me.json() == {
            "name": "local", "kind": "local", "role": "admin", "account_id": None, "csrf_required": False
        }  # fmt: skip
        for header in ({"Authorization": "Bearer of-another-server"}, basic("what:ever")):
            assert (await client.get("/version", headers=header)).status_code == 200


@pytest.mark.parametrize("client", [("10.0.0.5", 1), ("2001:db8::1", 1), ("", 1), None])
async def test_others_are_nobody(serve: Serve, client: Any) -> None:
    app = await serve()
    assert await raw(app, "/api/version", client=client) == 401
    assert await raw(app, "/api/health", client=client) == 200


async def test_what_a_proxy_passes_on_by_a_name_of_its_own_is_not_from_here(serve: Serve) -> None:
    app = await serve(allowed_hosts=("public.example",))
    async with calling(app) as client:
        assert (await client.get("/version", headers={"Host": "public.example"})).status_code == 401
        assert (await client.get("/version")).status_code == 200


async def test_insecure_lets_everybody_in(serve: Serve) -> None:
    app = await serve(insecure=True, host="0.0.0.0")
    assert await raw(app, "/api/version", client=("10.0.0.5", 1)) == 200


async def test_the_first_account_closes_the_door(serve: Serve) -> None:
    async with calling(await serve()) as client:
        given = {"name": "ada", "password": "long enough", "role": "viewer"}
        refused = await client.post(f"{PREFIX}/accounts", json=given)
        assert (refused.status_code, "administer" in refused.text) == (409, True)
        made = await client.post(f"{PREFIX}/accounts", json={**given, "role": "admin"})
        assert made.status_code == 201
        assert (await client.get("/version")).status_code == 401
        assert (await client.get("/version", auth=("ada", "long enough"))).status_code == 200
        deleted = await client.delete(f"{PREFIX}/accounts/{made.json()['id']}", auth=("ada", "long enough"))
        assert deleted.status_code == 204
        assert (await client.get("/version")).status_code == 200


# --- with an auth string


async def test_everything_but_the_probes_is_closed(serve: Serve) -> None:
    app = await serve(auth_string=AUTH_STRING)
    opened = []
    for route in all_routes():
        path = "/api" + route.path
        for name, value in ANYTHING.items():
            path = path.replace(name, value)
        if await raw(app, path, route.method) != 401:
            opened.append(f"{route.method} {path}")
    assert opened == ["GET /api/health", "GET /api/ready", "POST /api/headrace/access/session"]
    signing_in = await raw(app, "/api/headrace/access/session", "POST")
    assert signing_in == 422  # it reads a body, which this is none


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "PROPFIND")
SPELLINGS: list[tuple[str, str | None]] = [
    ("//api/health", None), ("/api//health", None), ("/api/health/", None), ("/api/health.", None),
    ("/api/Health", None), ("/API/health", None), ("/api/health", "/api%2fhealth"),
    ("/api/health", "/%61pi/health"), ("/api/x/../health", None), ("/api/./health", None), ("/api/health;x", None),
    ("/api/health\0", "/api/health%00"), ("/api/health ", "/api/health%20"), ("/api/admin/../health", None),
    ("/health", None), ("/", None), ("", None), ("/api", None), ("/api/flows/filter/health", None),
    ("/api/ready/", None), ("\\api\\health", None), ("/api/health", "/api/./%2e/health"),
    ("http://127.0.0.1/api/flows/filter", None), ("/docs", None), ("/openapi.json", None), ("/api/docs", None),
]  # fmt: skip


async def test_no_spelling_of_a_path_opens_anything(serve: Serve) -> None:
    app = await serve(auth_string=AUTH_STRING)
    for path, raw_path in SPELLINGS:
        for method in METHODS:
            assert await raw(app, path, method, raw_path) == 401, (method, path, raw_path)


ODD_HEADERS = [
    "", "Basic", "Basic ", "Basic !!!", "basic x", "Bearer", "Bearer ", "Digest x", "\xff\xfe", "Basic " + "A" * 100_000,
    "Bearer root:right password", "Negotiate YII=", "Basic cm9vdA==", "Basic cm9vdDpyaWdodCBwYXNzd29yZDE=",
    "Basic " + b64encode(b"root:right\0password").decode(), "Basic " + b64encode(b"\xff:\xfe").decode(), "null", ",",
    "=" * 50, "Basic cm9vdDpyaWdodCBwYXNzd29yZA", "Bearer " + "\x7f" * 20,
]  # fmt: skip


async def test_odd_headers_are_no_credentials(serve: Serve) -> None:
    app = await serve(auth_string=AUTH_STRING + "!")
    for number, header in enumerate(ODD_HEADERS):
        sent = [(b"authorization", header.encode("latin-1"))]
        status = await raw(app, "/api/version", headers=sent, client=(f"10.0.0.{number}", 1))
        assert status == 401, header


async def test_two_authorization_headers_are_refused(serve: Serve) -> None:
    app = await serve(auth_string=AUTH_STRING)
    good = b"Basic " + b64encode(AUTH_STRING.encode())
    assert await raw(app, "/api/version", headers=[(b"authorization", good)]) == 200
    assert await raw(app, "/api/version", headers=[(b"authorization", good), (b"authorization", b"x")]) == 400


async def test_the_auth_string_opens_everything(admin: httpx.AsyncClient) -> None:
    assert (await admin.get(f"{PREFIX}/me")).json()["role"] == "admin"
    assert (await admin.get("/version", auth=("root", "wrong"))).json() == UNAUTHORIZED


# --- guessing


async def test_who_guesses_is_slowed_down_and_others_are_not(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await new_key(admin, "viewer")
    assert (await admin.get("/version", auth=key)).status_code == 200
    began = time.perf_counter()
    guesses = [admin.get("/version", auth=("root", f"guess {number}")) for number in range(60)]
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert statuses.count(429) >= 50
    assert set(statuses) == {401, 429}
    assert time.perf_counter() - began > 1  # the wrong ones that were looked at had to wait
    refused = await admin.get("/version", auth=("root", "another"))
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    for known in (ADMIN, key):
        assert (await admin.get("/version", auth=known)).status_code == 200


async def test_a_guess_holds_up_nobody(admin: httpx.AsyncClient) -> None:
    guessing = asyncio.gather(*(admin.get("/version", auth=("nobody", str(number))) for number in range(8)))
    slowest = 0.0
    for _ in range(20):
        began = time.perf_counter()
        assert (await admin.get("/health")).status_code == 200
        slowest = max(slowest, time.perf_counter() - began)
    assert {answer.status_code for answer in await guessing} == {401}
    assert slowest < 0.5


# --- keys


async def test_a_key_is_shown_once_and_kept_by_its_digest(admin: httpx.AsyncClient) -> None:
    made = (await admin.post(f"{PREFIX}/keys", json={"name": "worker"})).json()
    secret = made["key"]
    assert secret.startswith(made["prefix"])
    assert made["role"] == "runner"
    listed = await admin.get(f"{PREFIX}/keys")
    assert secret not in listed.text
    assert listed.json()[0]["prefix"] == made["prefix"]
    one = (await admin.get(f"{PREFIX}/keys/{made['id']}")).json()
    assert {**one, "key": secret} == made


async def test_a_key_in_the_place_of_an_auth_string(admin: httpx.AsyncClient) -> None:
    key = (await new_key(admin, "runner")).key
    for text in (key, f"anything:{key}"):
        answer = await admin.get(f"{PREFIX}/me", auth=HeaderOf(basic(text)))
        assert answer.json()["role"] == "runner"
    assert (await admin.get("/version", auth=HeaderOf(basic(key[:-1])))).status_code == 401


async def test_a_key_that_is_revoked_or_expired_opens_nothing(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "KNOWN_SECONDS", 0.0)
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    expiring = await new_key(admin, "viewer", expires=soon.isoformat())
    assert (await admin.get("/version", auth=expiring)).status_code == 200
    made = (await admin.post(f"{PREFIX}/keys", json={"name": "x"})).json()
    revoked = Bearer(made["key"])
    assert (await admin.get("/version", auth=revoked)).status_code == 200
    assert (await admin.delete(f"{PREFIX}/keys/{made['id']}")).status_code == 204
    assert (await admin.get("/version", auth=revoked)).status_code == 401
    await asyncio.sleep(0.3)
    assert (await admin.get("/version", auth=expiring)).status_code == 401
    past = await admin.post(f"{PREFIX}/keys", json={"name": "x", "expires": "2001-01-01T00:00:00Z"})
    assert (past.status_code, "expires" in past.text) == (422, True)


async def test_a_revoked_key_is_known_to_be_good_for_some_seconds_elsewhere(
    admin: httpx.AsyncClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (await admin.post(f"{PREFIX}/keys", json={"name": "x"})).json()
    key = Bearer(made["key"])
    monkeypatch.setattr(gates, "KNOWN_SECONDS", 0.2)
    async with calling(await serve(auth_string=AUTH_STRING)) as other:
        assert (await other.get("/version", auth=key)).status_code == 200
        await admin.delete(f"{PREFIX}/keys/{made['id']}")
        assert (await admin.get("/version", auth=key)).status_code == 401
        await asyncio.sleep(0.3)
        assert (await other.get("/version", auth=key)).status_code == 401


async def test_a_key_does_no_more_than_its_owner_and_ends_with_them(admin: httpx.AsyncClient) -> None:
    given = {"name": "ed", "password": "long enough", "role": "editor"}
    account = (await admin.post(f"{PREFIX}/accounts", json=given)).json()
    key = await new_key(admin, "admin", account_id=account["id"])
    assert (await admin.get(f"{PREFIX}/me", auth=key)).json()["role"] == "editor"
    await admin.patch(f"{PREFIX}/accounts/{account['id']}", json={"role": "viewer"})
    assert (await admin.get(f"{PREFIX}/me", auth=key)).json()["role"] == "viewer"
    await admin.patch(f"{PREFIX}/accounts/{account['id']}", json={"active": False})
    assert (await admin.get(f"{PREFIX}/me", auth=key)).status_code == 401


async def test_when_a_key_was_last_used_is_noted_in_batches(admin: httpx.AsyncClient, serve: Serve) -> None:
    app = await serve(auth_string=AUTH_STRING)
    key = await new_key(admin, "viewer")
    async with calling(app, auth=key) as client:
        for _ in range(3):
            await client.get("/version")
    assert (await admin.get(f"{PREFIX}/keys")).json()[0]["last_used"] is None
    app.world.access.gate.note_use()
    app.world.store.flush()
    assert (await admin.get(f"{PREFIX}/keys")).json()[0]["last_used"] is not None


# --- accounts


async def test_accounts_sign_in_with_their_passwords_until_these_change(admin: httpx.AsyncClient) -> None:
    given = {"name": "vi", "password": "long enough", "role": "viewer"}
    account = (await admin.post(f"{PREFIX}/accounts", json=given)).json()
    assert "password" not in account
    old, new = ("vi", "long enough"), ("vi", "longer still")
    me = (await admin.get(f"{PREFIX}/me", auth=old)).json()
    assert (me["name"], me["kind"], me["account_id"]) == ("vi", "user", account["id"])
    wrong = await admin.put(f"{PREFIX}/password", json={"current": "no", "new": new[1]}, auth=old)
    assert wrong.status_code == 403
    change = {"current": old[1], "new": new[1]}
    assert (await admin.put(f"{PREFIX}/password", json=change, auth=old)).status_code == 200
    assert (await admin.get("/version", auth=old)).status_code == 401
    assert (await admin.get("/version", auth=new)).status_code == 200
    await admin.patch(f"{PREFIX}/accounts/{account['id']}", json={"active": False})
    assert (await admin.get("/version", auth=new)).status_code == 401


@pytest.mark.parametrize(
    "given",
    [{"name": "a:b"}, {"name": ""}, {"name": " x"}, {"name": "a\0b"}, {"name": "x" * 101}, {"password": "short"},
     {"password": "x" * 1025}, {"role": "owner"}, {"role": "public"}, {"more": 1}, {"password": None}],
)  # fmt: skip
async def test_accounts_that_do_not_fit(admin: httpx.AsyncClient, given: dict[str, Any]) -> None:
    valid = {"name": "ada", "password": "hunter2hunter2", "role": "viewer"}
    answer = await admin.post(f"{PREFIX}/accounts", json={**valid, **given})
    assert answer.status_code == 422
    assert answer.json()["exception_detail"][0]["loc"][-1] == next(iter(given))
    assert "hunter2" not in answer.text


async def test_names_are_taken_once(admin: httpx.AsyncClient) -> None:
    given = {"name": "ada", "password": "long enough", "role": "viewer"}
    answers = await asyncio.gather(*(admin.post(f"{PREFIX}/accounts", json=given) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_the_last_administrator_stays(serve: Serve) -> None:
    async with calling(await serve()) as client:
        login = ("ada", "long enough")
        given = {"name": login[0], "password": login[1], "role": "admin"}
        account = (await client.post(f"{PREFIX}/accounts", json=given)).json()
        client.auth = httpx.BasicAuth(*login)
        await new_key(client, "viewer")
        place = f"{PREFIX}/accounts/{account['id']}"
        for change in ({"role": "editor"}, {"active": False}):
            assert (await client.patch(place, json=change)).status_code == 409
        assert (await client.delete(place)).status_code == 409
        await new_key(client, "admin")
        assert (await client.patch(place, json={"role": "editor"})).status_code == 200
