"""CSRF tokens and browser sessions."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from prefect.wire.packing import MEDIA_TYPE, pack
from tests.server.access.conftest import ADMIN, AUTH_STRING, PREFIX, Serve, calling
from tests.server.support import conforms

SIGN_IN = {"name": ADMIN[0], "password": ADMIN[1]}


async def token_of(client: httpx.AsyncClient, name: str = "me") -> dict[str, str]:
    answer = await client.get("/csrf-token", params={"client": name})
    token = conforms("/csrf-token", "get", answer)
    assert token["client"] == name
    return {"Prefect-Csrf-Client": name, "Prefect-Csrf-Token": token["token"]}


async def test_where_it_is_off_there_are_no_tokens(serve: Serve) -> None:
    async with calling(await serve()) as client:
        answer = await client.get("/csrf-token?client=me")
        assert (answer.status_code, answer.json()) == (422, {"detail": "CSRF protection is disabled."})
        assert (await client.post("/flows/filter")).status_code == 200


async def test_where_it_is_on_changes_need_one(serve: Serve) -> None:
    async with calling(await serve(csrf_protection=True)) as client:
        headers = await token_of(client)
        missing: list[tuple[dict[str, str], str]] = [
            ({}, "Missing CSRF token."),
            ({"Prefect-Csrf-Client": "me"}, "Missing CSRF token."),
            ({"Prefect-Csrf-Token": "x"}, "Missing client identifier."),
            ({**headers, "Prefect-Csrf-Token": "x"}, "Invalid CSRF token or client identifier."),
            ({**headers, "Prefect-Csrf-Client": "you"}, "Invalid CSRF token or client identifier."),
            ({**headers, "Prefect-Csrf-Client": "x" * 10_000}, "Invalid CSRF token or client identifier."),
        ]
        for given, detail in missing:
            answer = await client.post("/flows/filter", headers=given)
            assert (answer.status_code, answer.json()) == (403, {"detail": detail})
        for _ in range(2):
            assert (await client.post("/flows/filter", headers=headers)).status_code == 200
        assert (await client.get("/version")).status_code == 200


async def test_the_engines_own_messages_need_none_without_a_session(serve: Serve) -> None:
    app = await serve(csrf_protection=True, auth_string=AUTH_STRING)
    engine = {"Content-Type": MEDIA_TYPE, "X-Headrace-Process": "host/boot/1/1"}
    async with calling(app) as client:
        sent = {"content": pack({}), "headers": engine}
        assert (await client.post("/headrace/backend/tag_limits", **sent, auth=ADMIN)).status_code == 200  # type: ignore[arg-type]
        await client.post(f"{PREFIX}/session", json=SIGN_IN)
        assert (await client.post("/headrace/backend/tag_limits", **sent)).status_code == 403  # type: ignore[arg-type]


async def test_a_new_token_takes_the_place_of_the_old_one_and_both_expire(serve: Serve) -> None:
    async with calling(await serve(csrf_protection=True, csrf_seconds=0.3)) as client:
        old, new = await token_of(client), await token_of(client)
        assert (await client.post("/flows/filter", headers=old)).status_code == 403
        assert (await client.post("/flows/filter", headers=new)).status_code == 200
        await asyncio.sleep(0.3)
        assert (await client.post("/flows/filter", headers=new)).status_code == 403


@pytest.mark.parametrize("query", ["", "?client", "?client=a%00b", "?client=" + "x" * 501])
async def test_clients_that_are_none(serve: Serve, query: str) -> None:
    async with calling(await serve(csrf_protection=True)) as client:
        answer = await client.get(f"/csrf-token{query}")
        assert answer.status_code == (200 if query == "?client" else 422)


async def test_the_database_holds_no_token(serve: Serve, store: Any) -> None:
    async with calling(await serve(csrf_protection=True)) as client:
        token = (await token_of(client))["Prefect-Csrf-Token"]
    rows = store.read(lambda tx: tx.all("SELECT * FROM csrf_token"))
    assert len(rows) == 1
    assert token not in str(rows)


# --- sessions


async def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(serve: Serve, store: Any) -> None:
    async with calling(await serve(auth_string=AUTH_STRING)) as browser:
        answer = await browser.post(f"{PREFIX}/session", json=SIGN_IN)
        assert (answer.status_code, answer.json()["role"]) == (200, "admin")
        cookie = answer.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
            assert part in cookie
        token = cookie.partition("=")[2].partition(";")[0]
        assert token not in str(store.read(lambda tx: tx.all("SELECT * FROM session")))
        assert (await browser.get(f"{PREFIX}/me")).json()["csrf_required"] is True


async def test_changes_from_a_session_need_a_token_of_that_session(serve: Serve) -> None:
    app = await serve(auth_string=AUTH_STRING)
    async with calling(app) as browser, calling(app) as other:
        for client in (browser, other):
            await client.post(f"{PREFIX}/session", json=SIGN_IN)
        assert (await browser.post("/flows/filter")).status_code == 403
        headers = await token_of(browser)
        assert (await other.post("/flows/filter", headers=headers)).status_code == 403
        assert (await browser.post("/flows/filter", headers=headers)).status_code == 200
        by_program = await other.post("/flows/filter", auth=ADMIN, headers={"Cookie": ""})
        assert by_program.status_code == 200


async def test_signing_out_ends_it(serve: Serve) -> None:
    async with calling(await serve(auth_string=AUTH_STRING)) as browser:
        await browser.post(f"{PREFIX}/session", json=SIGN_IN)
        kept = dict(browser.cookies)
        answer = await browser.delete(f"{PREFIX}/session", headers=await token_of(browser))
        assert (answer.status_code, "Max-Age=0" in answer.headers["set-cookie"]) == (204, True)
        browser.cookies.update(kept)
        assert (await browser.get("/version")).status_code == 401


async def test_wrong_passwords_begin_nothing(serve: Serve) -> None:
    async with calling(await serve(auth_string=AUTH_STRING)) as browser:
        for given in ({**SIGN_IN, "password": "wrong"}, {"name": "nobody", "password": "wrong"}):
            answer = await browser.post(f"{PREFIX}/session", json=given)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
            assert "wrong" not in answer.text
        tries = [browser.post(f"{PREFIX}/session", json={**SIGN_IN, "password": str(n)}) for n in range(20)]
        assert 429 in {answer.status_code for answer in await asyncio.gather(*tries)}


async def test_a_changed_auth_string_ends_its_sessions(serve: Serve) -> None:
    async with calling(await serve(auth_string=AUTH_STRING)) as browser:
        await browser.post(f"{PREFIX}/session", json=SIGN_IN)
        cookies = dict(browser.cookies)
    async with calling(await serve(auth_string="root:another"), cookies=cookies) as browser:
        assert (await browser.get("/version")).status_code == 401


async def test_a_changed_password_ends_the_sessions_of_its_account(admin: httpx.AsyncClient, serve: Serve) -> None:
    given = {"name": "vi", "password": "long enough", "role": "viewer"}
    account = (await admin.post(f"{PREFIX}/accounts", json=given)).json()
    async with calling(await serve(auth_string=AUTH_STRING)) as browser:
        signed_in = await browser.post(f"{PREFIX}/session", json={"name": "vi", "password": "long enough"})
        assert signed_in.json()["role"] == "viewer"
        await admin.patch(f"{PREFIX}/accounts/{account['id']}", json={"password": "longer still"})
        browser_gate = browser._transport.app.world.access.gate  # type: ignore[attr-defined]
        browser_gate.forget()  # five seconds later
        assert (await browser.get("/version")).status_code == 401


async def test_nobody_signs_in_where_nobody_has_to(serve: Serve) -> None:
    async with calling(await serve()) as browser:
        assert (await browser.post(f"{PREFIX}/session", json=SIGN_IN)).status_code == 401
