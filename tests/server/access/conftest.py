"""Servers with credentials, and clients that show them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from prefect.connect import CLOCK
from prefect.server.access import passwords
from prefect.server.app import App
from prefect.server.building import build
from prefect.server.world import ServerOptions
from prefect.storage.store import Store
from tests.server.support import client_of, opened, running, sqlite_url

PREFIX = "/headrace/access"
ADMIN = ("root", "right password")
AUTH_STRING = ":".join(ADMIN)

Serve = Callable[..., Any]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing passwords takes a fraction of its time; what is slow about it is scrypt's affair."""
    monkeypatch.setattr(passwords, "COST", 1 << 10)
    monkeypatch.setattr(passwords, "PARALLEL", 1)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A record of its own for each test: credentials are for the whole of one."""
    store = opened(sqlite_url(tmp_path))
    yield store
    store.close()


@pytest.fixture
async def serve(store: Store, tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts a server with options; the application."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> App:
            app = build(store, CLOCK, ServerOptions(home=tmp_path, services=False, **options))
            return await stack.enter_async_context(running(app))

        yield start


@asynccontextmanager
async def calling(app: App, **arguments: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application."""
    async with client_of(app, **arguments) as client:
        yield client


@pytest.fixture
async def admin(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator of a server that has an auth string."""
    async with calling(await serve(auth_string=AUTH_STRING), auth=ADMIN) as client:
        yield client


class Bearer(httpx.Auth):
    """An API key as requests show it."""

    def __init__(self, key: str) -> None:
        self.key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.key}"
        yield request


async def new_key(admin: httpx.AsyncClient, role: str, **given: Any) -> Bearer:
    """A new key of a role."""
    response = await admin.post(f"{PREFIX}/keys", json={"name": f"a {role}", "role": role, **given})
    assert response.status_code == 201, response.text
    return Bearer(response.json()["key"])
