"""The server in this process, on either database, and the shapes its answers must have."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jsonschema

from prefect.connect import CLOCK
from prefect.orchestrator.processes import this_process
from prefect.server.app import App
from prefect.server.building import build
from prefect.server.world import ServerOptions
from prefect.storage.store import Store, StoreOptions, open_store

FACTS = Path(__file__).with_name("rest.json")
"""Facts of Prefect 3.8.8's API: routes with their request and response schemas."""


@cache
def facts() -> dict[str, Any]:
    """The reference."""
    loaded: dict[str, Any] = json.loads(FACTS.read_text())
    return loaded


def response_schema(path: str, method: str, status: int) -> dict[str, Any] | None:
    """The schema of an answer; None where the reference has none."""
    responses = facts()["paths"][path][method.lower()]["responses"]
    content = responses.get(str(status), {}).get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


def conforms(path: str, method: str, response: httpx.Response) -> Any:
    """The answer's JSON, once it was found to have the documented shape. `path` is the reference's, such as `/flows/{id}`."""
    body = response.json()
    schema = response_schema(path, method, response.status_code)
    if schema is not None:
        whole = {**schema, "components": {"schemas": facts()["schemas"]}}
        jsonschema.Draft202012Validator(whole).validate(body)
    return body


def sqlite_url(home: Path) -> str:
    """The address of a new file."""
    return f"sqlite:///{home / f'{uuid4().hex}.db'}"


def new_database(server_url: str) -> str:
    """The address of a new, empty database on a PostgreSQL server."""
    import psycopg

    name = f"headrace_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server_url.rpartition("/")[0] + "/" + name


def opened(url: str) -> Store:
    """A store at an address."""
    return open_store(url, this_process(), StoreOptions(deciding=2, reading=4))


@asynccontextmanager
async def serving(store: Store, home: Path, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on a store, started and ended with the block."""
    app = build(store, CLOCK, ServerOptions(home=home, **options))
    async with running(app), client_of(app) as client:
        yield client


@asynccontextmanager
async def running(app: App) -> AsyncIterator[App]:
    """An application between its start and its end."""
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


def client_of(app: App, **arguments: Any) -> httpx.AsyncClient:
    """A client that reaches the application without a socket, as from this machine."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000), raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200/api", **arguments)
