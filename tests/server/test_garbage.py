"""Garbage in: whatever a route is sent, it answers 4xx with the place and the reason, and nothing of what it was sent.

Every route there is, from the table of routes. The planted text stands for a secret: no answer and no log line holds it.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from pydantic import TypeAdapter

from prefect.server.building import all_routes
from prefect.server.http.routing import Route, is_id
from tests.server.support import opened, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANTED = "planted-5ecret"
NAME = "a name of no field"
"""Names of fields may be in answers: they are the place."""

STREAMS = ("/headrace/live",)

WHOLE_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{" + PLANTED.encode(),
    "half": b'{"a": ',
    "a NUL": b"\0",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "half a surrogate": b'{"name": "\\ud800"}',
    "NaN": b'{"limit": NaN}',
    "infinity": b'{"limit": 1e999, "offset": -1e999}',
    "null": b"null",
    "a number": b"7",
    "a text": f'"{PLANTED}"'.encode(),
    "a list": b"[1, 2, 3]",
    "a list of nothing": b"[null]",
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep below the limit": b'{"flows":' + b"[" * 90 + b"]" * 90 + b"}",
    "the same name twice": b'{"limit": 1, "limit": "x"}',
    "an odd name": json.dumps({NAME: PLANTED, NAME * 1000: 1, "": 1, "__proto__": {}, "\0": 1}).encode(),
}

VALUES: dict[str, Any] = {
    "text": PLANTED,
    "NUL": f"{PLANTED}\0",
    "negative": -1,
    "huge": 10**30,
    "just too large": 2**63,
    "fraction": 0.5,
    "large fraction": 1e308,
    "true": True,
    "list": [PLANTED],
    "nested": [[[]]],
    "object": {NAME: PLANTED},
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-14:00",
    "no moment": "2026-13-45T99:99:99Z",
    "no id": "00000000-0000-0000-0000-00000000000g",
    "long": PLANTED * 20_000,
    "null": None,
    "operators": {"any_": PLANTED, "like_": 1, "all_": [None], "before_": PLANTED, "eq_": [1], "is_null_": PLANTED},
    "lists of odd things": {"any_": [None, "a\0b", 10**30, {}], "like_": "a\0b", "all_": ["a\0b"], "ge_": 10**30},
}

QUERIES = ("limit=-1", "limit=x", "limit=1e3", "limit=99999999999999999999", "offset=-1", "x=%00", "%ff=%fe", "a" * 5000,
           "include_secrets=maybe", "client=%00", "flow_run_id=x", "&&&=;=", "limit=1&limit=2")  # fmt: skip
PATHS = ("not-an-id", "%00", "a%00b", "%ff", "..", "a" * 5000, "%2e%2e", "{id}", "😀", "0", "%0d%0aX: y")


def routes() -> list[Route]:
    return [
        route for route in all_routes() if route.path not in STREAMS and not route.path.startswith("/headrace/access")
    ]


def path_of(route: Route, text: str = "nobody") -> str:
    """A path whose ids are well formed and stand for nothing."""
    parts = []
    for part in route.path.split("/"):
        name = part.strip("{}").partition(":")[0]
        parts.append(part if not part.startswith("{") else str(uuid4()) if is_id(name) else text)
    return "/".join(parts)


def bodies(route: Route) -> Iterator[tuple[str, bytes]]:
    """Every whole body, and every field of the route's body with every value."""
    yield from WHOLE_BODIES.items()
    fields = getattr(route.body, "model_fields", None)
    if fields is None:
        yield from ((f"[{name}]", _json([value])) for name, value in VALUES.items())
        return
    for field in fields:
        for name, value in VALUES.items():
            yield f"{field}: {name}", _json({field: value})
    valid = example(route.body)
    for field in valid if isinstance(valid, dict) else ():
        for name, value in VALUES.items():
            changed = copy.deepcopy(valid)
            changed[field] = value
            yield f"valid but for {field}: {name}", _json(changed)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def example(kind: Any) -> Any:
    """A body that has all that its schema requires, with plain values."""
    schema = TypeAdapter(kind).json_schema()
    return _example(schema, schema.get("$defs", {}), 0)


def _example(schema: dict[str, Any], known: dict[str, Any], depth: int) -> Any:
    if "$ref" in schema:
        return _example(known[schema["$ref"].rpartition("/")[2]], known, depth + 1)
    if depth > 8:
        return None
    for choice in ("const", "default"):
        if schema.get(choice) is not None:
            return schema[choice]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], known, depth + 1)
    if schema.get("format") in ("uuid", "date-time"):
        return str(uuid4()) if schema["format"] == "uuid" else "2026-01-01T00:00:00Z"
    if schema.get("type") == "object":
        wanted = {
            name: part for name, part in schema.get("properties", {}).items() if name in schema.get("required", [])
        }
        return {name: _example(part, known, depth + 1) for name, part in wanted.items()}
    return {"string": "text", "integer": 1, "number": 1.0, "boolean": True, "array": []}.get(schema.get("type", ""), {})


def problem_of(answer: httpx.Response) -> str | None:
    """What is wrong with an answer to garbage."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code < 400:
        return None
    if PLANTED in answer.text and answer.status_code != 409:  # which names what is there already
        return f"{answer.status_code} echoes what it was sent: {answer.text[:200]}"
    if len(answer.content) > 5000:
        return f"{answer.status_code} with {len(answer.content)} bytes"
    content = answer.json()
    if answer.status_code == 422 and "exception_detail" in content:
        named = all(problem["loc"] and problem["msg"] for problem in content["exception_detail"])
        return None if named and content["exception_detail"] else f"422 without place and reason: {answer.text[:200]}"
    return None if content.get("detail") or content.get("exception_message") else f"no reason: {answer.text[:200]}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(database: str, server_home: Path) -> AsyncIterator[httpx.AsyncClient]:
    """One server for all that it is sent here: what one request does to it, the next ones see."""
    store = opened(database)
    async with serving(store, server_home, services=False) as client:
        yield client
    store.close()


@pytest.fixture
def tracebacks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No record of a failure, nor of what was planted, may be logged."""
    caplog.set_level(logging.WARNING)
    yield
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert PLANTED not in caplog.text


@pytest.mark.usefixtures("tracebacks")
@pytest.mark.parametrize(
    "route", [route for route in routes() if route.body is not None], ids=lambda r: f"{r.method} {r.path}"
)
async def test_bodies(api: httpx.AsyncClient, route: Route) -> None:
    problems = []
    for name, body in bodies(route):
        answer = await api.request(
            route.method, path_of(route), content=body, headers={"Content-Type": route.media_type}
        )
        problem = problem_of(answer)
        if problem is not None:
            problems.append((name, problem))
    assert problems == []


@pytest.mark.usefixtures("tracebacks")
async def test_paths_and_queries(api: httpx.AsyncClient) -> None:
    problems = []
    for route in routes():
        variants = [(path_of(route), query) for query in QUERIES]
        if "{" in route.path:
            head = route.path.partition("{")[0]
            variants += [(head + path, "") for path in PATHS] + [(path_of(route, path), "") for path in PATHS]
        for path, query in variants:
            answer = await api.request(route.method, httpx.URL(f"http://127.0.0.1:4200/api{path}?{query}"))
            problem = problem_of(answer)
            if problem is not None:
                problems.append((route.method, path[:80], query[:40], problem))
    assert problems == []


@pytest.mark.usefixtures("tracebacks")
async def test_headers(api: httpx.AsyncClient) -> None:
    odd = [
        {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Content-Encoding": PLANTED}, {"Content-Type": PLANTED},
        {"X-Prefect-Api-Version": PLANTED}, {"Accept": "\x7f"}, {"Cookie": "headrace_session=\x7f; =;;"},
        {"Content-Length": "9" * 4000}, {"Range": "bytes=0-"}, {"Expect": "x"},
    ]  # fmt: skip
    for headers in odd:
        answer = await api.post("/flows/filter", content=b"{}", headers=headers)
        assert answer.status_code < 500, headers
        assert PLANTED not in answer.text


async def test_the_server_lives_on(api: httpx.AsyncClient) -> None:
    """After all of the above, on the same record: lists answer."""
    for route in routes():
        if route.path.endswith("/filter") and route.body is not None:
            answer = await api.post(route.path.replace("{work_pool_name}", "x"), json={})
            assert answer.status_code in (200, 404), (route.path, answer.text)
