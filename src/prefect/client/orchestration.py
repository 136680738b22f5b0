"""The clients of the API: `PrefectClient` for async code, `SyncPrefectClient` for the rest, `get_client` for either.

    async with get_client() as client:
        runs = await client.read_flow_runs(limit=10)

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(limit=10)

With PREFECT_API_URL set they speak to that server. Without it the API answers in this process, on the record that flows
run here are kept in, and no port is opened. Their methods are the operations of `prefect.client.operations.table`.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Literal, NoReturn, Self, overload

from prefect.client import aio, sync
from prefect.client.constants import VERSION_HEADER
from prefect.client.inprocess import keep
from prefect.client.operations import server
from prefect.client.operations.table import Operations
from prefect.client.transport import (
    ASGIApp,
    HttpxSettings,
    ServerType,
    TransportOptions,
    current_app,
    current_options,
    server_type_of,
)
from prefect.utilities.records import evolve

if TYPE_CHECKING:
    import httpx

__all__ = ["PrefectClient", "ServerType", "SyncPrefectClient", "get_client"]

_compared: set[str] = set()
"""The servers whose version has been compared with ours."""


@overload
def get_client(httpx_settings: HttpxSettings | None = None, sync_client: Literal[False] = False) -> PrefectClient: ...
@overload
def get_client(httpx_settings: HttpxSettings | None = None, *, sync_client: Literal[True]) -> SyncPrefectClient: ...
@overload
def get_client(httpx_settings: HttpxSettings | None, sync_client: Literal[True]) -> SyncPrefectClient: ...
@overload
def get_client(
    httpx_settings: HttpxSettings | None = None, sync_client: bool = False
) -> SyncPrefectClient | PrefectClient: ...
def get_client(
    httpx_settings: HttpxSettings | None = None, sync_client: bool = False
) -> SyncPrefectClient | PrefectClient:
    """A client of the API that the settings in force name, or of the API in this process. Use it in a `with` block.

    Args:
        httpx_settings: keyword arguments for the `httpx` client below it; they win over the settings.
        sync_client: a client for blocking code rather than for async code.
    """
    options = current_options()
    cls = SyncPrefectClient if sync_client else PrefectClient
    return cls(
        options.api_url or keep(current_app()),
        auth_string=options.auth_string,
        api_key=options.api_key,
        httpx_settings=httpx_settings,
    )


class _Lifetime:
    """Begins when a client is first entered, ends when it is left as often; it does not begin again."""

    def __init__(self) -> None:
        self.depth = 0
        self.ended = False

    def enter(self) -> bool:
        """Whether this is the first time. Raises RuntimeError after the end."""
        if self.ended:
            raise RuntimeError(
                "The client cannot be started again after closing. Retrieve a new client with `get_client()` instead."
            )
        self.depth += 1
        return self.depth == 1

    def leave(self) -> bool:
        """Whether this is the end."""
        self.depth -= 1
        self.ended = self.depth == 0
        return self.ended


def _prepare(
    api: str | ASGIApp,
    auth_string: str | None,
    api_key: str | None,
    api_version: str | None,
    httpx_settings: HttpxSettings | None,
    server_type: ServerType | None,
) -> tuple[TransportOptions, HttpxSettings, ServerType]:
    """What both clients make of their arguments."""
    options = evolve(current_options(), auth_string=auth_string, api_key=api_key)
    given = dict(httpx_settings or {})
    if api_version is not None:
        given["headers"] = {VERSION_HEADER: api_version, **(given.get("headers") or {})}
    return options, given, server_type or server_type_of(api, options.cloud_api_url)


class PrefectClient(aio.AsyncSender, Operations, AbstractAsyncContextManager["PrefectClient"]):
    """A client of the API for async code. Use `get_client` to get one, and an `async with` block to have it closed.

    Args:
        api: the address of an API, or an ASGI application that answers in this process.
        auth_string: `user:password` for servers that want them.
        api_key: for the hosted service.
        api_version: the version of the API to ask for, rather than the one this package speaks.
        httpx_settings: keyword arguments for the `httpx.AsyncClient` below it.
        server_type: who answers; worked out from `api` unless given.
    """

    def __init__(
        self,
        api: str | ASGIApp,
        *,
        auth_string: str | None = None,
        api_key: str | None = None,
        api_version: str | None = None,
        httpx_settings: HttpxSettings | None = None,
        server_type: ServerType | None = None,
    ) -> None:
        options, given, self.server_type = _prepare(api, auth_string, api_key, api_version, httpx_settings, server_type)
        self._client = aio.http_client(api, options, given)
        self._lifetime = _Lifetime()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def api_url(self) -> httpx.URL:
        """The API's address."""
        return self._client.base_url

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that the client was entered in."""
        return self._loop

    def client_version(self) -> str:
        """The version of this package."""
        return server.client_version()

    async def raise_for_api_version_mismatch(self) -> None:
        """Raise RuntimeError if the server cannot be reached or is of another major version; warn if it is older."""
        if self.server_type is ServerType.SERVER:
            await self._perform(server.raise_for_api_version_mismatch(str(self.api_url)))

    async def raise_for_api_version_mismatch_once(self) -> None:
        """`raise_for_api_version_mismatch`, for each server once in this process, if the settings want it at all."""
        address = str(self.api_url)
        if address not in _compared and current_options().server_version_check:
            await self.raise_for_api_version_mismatch()
            _compared.add(address)

    async def __aenter__(self) -> Self:
        if self._lifetime.enter():
            self._loop = asyncio.get_running_loop()
            await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._lifetime.leave():
            await self._client.__aexit__(exc_type, exc_value, traceback)

    def __enter__(self) -> NoReturn:
        raise RuntimeError(
            "The `PrefectClient` must be entered with an async context. Use 'async with PrefectClient(...)' not 'with"
            " PrefectClient(...)'"
        )

    def __exit__(self, *_: object) -> NoReturn:
        raise AssertionError("It cannot be left without having been entered.")


class SyncPrefectClient(sync.SyncSender, Operations, AbstractContextManager["SyncPrefectClient"]):
    """A client of the API for blocking code. Use `get_client(sync_client=True)` to get one, in a `with` block.

    Args:
        api: the address of an API, or an ASGI application that answers in this process.
        auth_string: `user:password` for servers that want them.
        api_key: for the hosted service.
        api_version: the version of the API to ask for, rather than the one this package speaks.
        httpx_settings: keyword arguments for the `httpx.Client` below it.
        server_type: who answers; worked out from `api` unless given.
    """

    def __init__(
        self,
        api: str | ASGIApp,
        *,
        auth_string: str | None = None,
        api_key: str | None = None,
        api_version: str | None = None,
        httpx_settings: HttpxSettings | None = None,
        server_type: ServerType | None = None,
    ) -> None:
        options, given, self.server_type = _prepare(api, auth_string, api_key, api_version, httpx_settings, server_type)
        self._client = sync.http_client(api, options, given)
        self._lifetime = _Lifetime()

    @property
    def api_url(self) -> httpx.URL:
        """The API's address."""
        return self._client.base_url

    def client_version(self) -> str:
        """The version of this package."""
        return server.client_version()

    def raise_for_api_version_mismatch(self) -> None:
        """Raise RuntimeError if the server cannot be reached or is of another major version; warn if it is older."""
        if self.server_type is ServerType.SERVER:
            self._perform(server.raise_for_api_version_mismatch(str(self.api_url)))

    def raise_for_api_version_mismatch_once(self) -> None:
        """`raise_for_api_version_mismatch`, for each server once in this process, if the settings want it at all."""
        address = str(self.api_url)
        if address not in _compared and current_options().server_version_check:
            self.raise_for_api_version_mismatch()
            _compared.add(address)

    def __enter__(self) -> Self:
        if self._lifetime.enter():
            self._client.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._lifetime.leave():
            self._client.__exit__(exc_type, exc_value, traceback)
