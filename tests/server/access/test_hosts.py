"""By which names, and from which pages, the server may be called."""

from __future__ import annotations

from typing import Any

import pytest

from prefect.server.access.hosts import Hosts, is_loopback
from prefect.server.http.calls import Head
from tests.server.access.conftest import Serve, calling

HERE = "127.0.0.1:4200"


def head(host: str | None = HERE, method: str = "GET", scheme: str = "http", **headers: str) -> Head:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if host is not None:
        given["host"] = host
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    return Head({"method": method, "scheme": scheme, "headers": pairs}, "/api/flows/filter", "")


def status(hosts: Hosts, asked: Head) -> int | None:
    refusal = hosts(asked)
    return None if refusal is None else refusal.status


LOCAL = Hosts("127.0.0.1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", HERE, "127.8.8.8:1", "localhost:4200", "LOCALHOST", "localhost.:4200", "[::1]:4200", "[::1]"]
)
def test_loopback_names_are_ours(host: str) -> None:
    assert status(LOCAL, head(host)) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4200", "10.0.0.5:4200", "localhost.evil.example", "127.0.0.1.evil.example", "", None,
     "user@localhost", "localhost/x", "localhost:x", "localhost:99999", "[::1", "0.0.0.0", "\xff", "2130706433"],
)  # fmt: skip
def test_other_names_are_refused(host: str | None) -> None:
    assert status(LOCAL, head(host)) == 421


def test_names_that_are_configured_and_the_bound_one() -> None:
    hosts = Hosts("10.1.2.3", ["Prefect.Example.", "other"])
    for host in ("10.1.2.3:4200", "10.9.9.9", "prefect.example", "PREFECT.example:443", "other", "localhost"):
        assert status(hosts, head(host)) is None
    assert status(hosts, head("evil.example")) == 421
    assert status(Hosts("127.0.0.1", ["*"]), head("evil.example")) is None


def test_any_name_where_a_credential_is_needed_and_none_is_listed() -> None:
    assert status(Hosts("0.0.0.0", any_name=True), head("prefect-server:4200")) is None
    assert status(Hosts("0.0.0.0", ["mine"], any_name=True), head("prefect-server:4200")) == 421
    assert status(Hosts("0.0.0.0"), head("prefect-server:4200")) == 421


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:4201", "http://localhost:4200", "", "x",
     "http://127.0.0.1:4200.evil.example", "http://evil.example/127.0.0.1:4200"],
)  # fmt: skip
def test_foreign_pages_are_refused(origin: str, method: str) -> None:
    assert status(LOCAL, head(origin=origin, method=method)) == 403


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HERE, "http://127.0.0.1:4200"),
        ("localhost", "http://localhost"),
        ("localhost:80", "http://localhost"),
        ("localhost", "https://localhost:443"),
        ("LocalHost:4200", "http://localhost:4200"),
    ],
)
def test_our_own_pages_may_call(host: str, origin: str) -> None:
    assert status(LOCAL, head(host, origin=origin, method="POST")) is None


def test_sockets_from_foreign_pages_are_refused() -> None:
    assert status(LOCAL, head(scheme="ws", origin="http://evil.example")) == 403
    assert status(LOCAL, head("evil.example", scheme="ws")) == 421
    assert status(LOCAL, head(scheme="ws")) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_foreign_page_includes_is_refused_and_a_link_is_not(site: str) -> None:
    def asked(mode: str, dest: str, method: str = "GET") -> Head:
        return head(method=method, sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=dest)

    assert status(LOCAL, asked("no-cors", "script")) == 403
    assert status(LOCAL, asked("no-cors", "image")) == 403
    assert status(LOCAL, asked("navigate", "iframe")) == 403
    assert status(LOCAL, asked("navigate", "document", "POST")) == 403
    assert status(LOCAL, asked("navigate", "document")) is None
    for own in ("same-origin", "none"):
        assert status(LOCAL, head(sec_fetch_site=own)) is None


def test_headers_that_come_twice_are_refused() -> None:
    pairs = [(b"host", b"localhost"), (b"host", b"evil.example")]
    assert status(LOCAL, Head({"headers": pairs, "method": "GET"}, "/api/health", "")) == 400
    harmless = [(b"host", b"localhost"), (b"accept", b"a"), (b"accept", b"b")]
    assert status(LOCAL, Head({"headers": harmless, "method": "GET"}, "/api/health", "")) is None


@pytest.mark.parametrize(("name", "here"), [("::ffff:127.0.0.1", True), ("::ffff:10.0.0.1", False), ("", False)])
def test_loopback(name: str, here: bool) -> None:
    assert is_loopback(name) is here


async def test_pages_that_are_listed_may_call_and_read(serve: Serve) -> None:
    asking = {"Origin": "https://ui.example", "Access-Control-Request-Method": "POST"}
    async with calling(await serve(cors_origins=("https://ui.example/",))) as client:
        preflight = await client.options("/flows/filter", headers={**asking, "Access-Control-Request-Headers": "x-a"})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-headers"] == "x-a"
        answer = await client.post("/flows/filter", headers={"Origin": "https://ui.example"})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "https://ui.example")
        assert answer.headers["vary"] == "Origin"
        foreign = await client.post("/flows/filter", headers={"Origin": "https://other.example"})
        assert foreign.status_code == 403
        assert "access-control-allow-origin" not in foreign.headers


async def test_no_answer_is_readable_by_other_pages_by_default(serve: Serve) -> None:
    async with calling(await serve()) as client:
        for path in ("/health", "/flows/filter", "/nothing"):
            for origin in ("http://evil.example", "null"):
                answer = await client.get(path, headers={"Origin": origin})
                assert answer.status_code == 403
                assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_every_answer_is_nothing_but_what_it_is(serve: Serve) -> None:
    async with calling(await serve(auth_string="a:b")) as client:
        answers: list[Any] = [
            await client.get("/health"),
            await client.get("/version"),
            await client.get("/version", headers={"Host": "evil.example"}),
            await client.get("/nothing", auth=("a", "b")),
            await client.post("/flows/", content="{", auth=("a", "b")),
        ]
    assert [answer.status_code for answer in answers] == [200, 401, 421, 404, 422]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
