"""The role table: each role on each route and WebSocket does what the table says."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from prefect.server.access.confinement import NO_SECRETS
from prefect.server.access.roles import SOCKETS, Line, markdown, role_of_socket, table
from prefect.server.building import all_routes
from prefect.server.http.routing import Role, Route
from tests.server.access.conftest import AUTH_STRING, Bearer, Serve, calling, new_key

ROLES = ("viewer", "runner", "editor", "admin")
PROBES = {("GET", "/api/health"), ("GET", "/api/ready"), ("POST", "/api/headrace/access/session")}
ALL = {(line.method, line.path): line.role for line in table(all_routes())}


def path_of(route: Route) -> str:
    """A path of the route, with parameters that stand for nothing."""
    return re.sub(r"{(\w+)(:path)?}", lambda found: str(uuid4()), route.path)


@pytest.fixture
async def keys(admin: httpx.AsyncClient) -> dict[str, Bearer]:
    return {role: await new_key(admin, role) for role in ROLES}


async def test_each_role_on_each_route(admin: httpx.AsyncClient, keys: dict[str, Bearer]) -> None:
    differing = []
    for route in all_routes():
        if route.path in ("/headrace/access/session", "/headrace/live"):
            continue
        for role in ROLES:
            answer = await admin.request(route.method, path_of(route), auth=keys[role])
            allowed = answer.status_code != 403
            if allowed is not (Role[role.upper()] >= route.role) or answer.status_code in (401, 429, 500):
                differing.append((role, route.method, route.path, answer.status_code))
    assert differing == []


async def test_signing_in_is_for_everybody_and_out_for_who_is_in(
    admin: httpx.AsyncClient, keys: dict[str, Bearer]
) -> None:
    for role in ROLES:
        assert (await admin.delete("/headrace/access/session", auth=keys[role])).status_code == 204
    nobody = httpx.BasicAuth("nobody", "")
    assert (await admin.delete("/headrace/access/session", auth=nobody)).status_code == 401


async def test_a_head_is_answered_like_its_get_and_other_methods_open_nothing(
    admin: httpx.AsyncClient, keys: dict[str, Bearer]
) -> None:
    assert (await admin.head("/headrace/access/accounts", auth=keys["editor"])).status_code == 403
    assert (await admin.head("/headrace/access/accounts", auth=keys["admin"])).status_code == 200
    override = {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/api/version"}
    answer = await admin.post("/headrace/access/accounts", headers=override, auth=keys["viewer"])
    assert answer.status_code == 403


def test_the_table_is_of_every_route_and_socket() -> None:
    assert len(ALL) == len(all_routes()) + len(SOCKETS)
    assert {place for place, role in ALL.items() if role == "public"} == PROBES
    assert ALL["WS", "/api/events/in"] == "runner"
    assert role_of_socket("/api/events/in") == role_of_socket("/events/in") is Role.RUNNER
    assert role_of_socket("/api/not/there") is Role.ADMIN


def test_viewers_change_nothing() -> None:
    reading = re.compile(r"/(filter|count|paginate|history|lateness|validate|next|count-\w+|counts|renew|get_\w+)$")
    own = {("DELETE", "/api/headrace/access/session"), ("PUT", "/api/headrace/access/password")}
    changing = {
        place
        for place, role in ALL.items()
        if role == "viewer" and place[0] not in ("GET", "WS") and not reading.search(place[1])
    }
    assert {place for place in changing if not place[1].startswith("/api/ui/")} - own <= READS_BY_POST


READS_BY_POST = {
    ("POST", "/api/events/count-by/{countable}"),
    ("POST", "/api/work_pools/{name}/concurrency_status"),
    ("POST", "/api/work_queues/{id}/concurrency_status"),
}


def test_the_table_for_people() -> None:
    shown = markdown([Line("GET", "/api/health", "public")])
    assert shown.splitlines()[-1] == "| GET | `/api/health` | public |"


# --- WebSockets


async def opened(app: Any, path: str, token: str | None, **headers: str) -> list[dict[str, Any]]:
    """What a WebSocket client is sent that says who it is and then goes away."""
    sent: list[dict[str, Any]] = []
    first = '{"type": "auth", "token": %s}' % ("null" if token is None else f'"{token}"')
    coming = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": first},
        {"type": "websocket.disconnect", "code": 1000},
    ]
    pairs = {"host": "127.0.0.1:4200", **headers}

    async def receive() -> Any:
        return coming.pop(0) if coming else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "websocket", "scheme": "ws", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
        "client": ("127.0.0.1", 1), "subprotocols": ["prefect"],
    }  # fmt: skip
    await app(scope, receive, send)
    return sent


def was_let_in(sent: list[dict[str, Any]]) -> bool:
    return any("auth_success" in str(message.get("text") or message.get("bytes")) for message in sent)


@pytest.mark.parametrize("path", SOCKETS)
async def test_each_role_on_each_socket(serve: Serve, path: str) -> None:
    app = await serve(auth_string=AUTH_STRING)
    async with calling(app, auth=tuple(AUTH_STRING.split(":"))) as admin:
        tokens = {role: (await new_key(admin, role)).key for role in ROLES}
    tokens["admin"] = AUTH_STRING
    for role, token in tokens.items():
        sent = await opened(app, f"/api{path}", token)
        assert was_let_in(sent) is (Role[role.upper()] >= SOCKETS[path]), role
    for wrong in (None, "", "wrong", "root:wrong", "hdr_" + "x" * 43):
        sent = await opened(app, f"/api{path}", wrong)
        assert not was_let_in(sent)
        assert sent[-1] == {**sent[-1], "type": "websocket.close", "code": 1008}


@pytest.mark.parametrize("path", [*SOCKETS, "/health", "/nothing"])
async def test_sockets_of_foreign_pages_and_names(serve: Serve, path: str) -> None:
    app = await serve()
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"host": "evil.example"}):
        sent = await opened(app, f"/api{path}", "x", **headers)
        assert [message["type"] for message in sent] == ["websocket.close"]


async def test_secrets_are_for_runners(admin: httpx.AsyncClient, keys: dict[str, Bearer]) -> None:
    routes = [("POST", "/block_documents/filter"), ("GET", f"/block_documents/{uuid4()}?include_secrets=true")]
    known = {route.path for route in all_routes()}
    if "/block_documents/{id}" not in known:
        pytest.skip("there are no block documents yet")
    for method, path in routes:
        body = {"include_secrets": True} if method == "POST" else None
        refused = await admin.request(method, path, json=body, auth=keys["viewer"])
        assert (refused.status_code, refused.json()) == (403, {"detail": NO_SECRETS})
        assert (await admin.request(method, path, json=body, auth=keys["runner"])).status_code in (200, 404)
