"""How the API is reached: address, credentials, encryption, patience. Plain values, and what they mean to httpx.

The composition root provides them from the settings, with the application that answers where there is no address
(`provide_client_options`, `provide_app`). httpx is imported when the first client is made, never before.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

from prefect._version import __version__
from prefect.client.constants import SERVER_API_VERSION, VERSION_HEADER
from prefect.utilities.records import record

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
HttpxSettings: TypeAlias = dict[str, Any]
"""Keyword arguments of an httpx client."""

ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

COMPOSITION_ROOT = "prefect.connect"
IN_PROCESS_URL = "http://ephemeral-prefect/api"
"""The address of what answers in process; nothing listens there."""

MAX_CONNECTIONS = 16
KEPT_ALIVE_CONNECTIONS = 8
KEPT_ALIVE_SECONDS = 25.0


class ServerType(StrEnum):
    """Who answers."""

    EPHEMERAL = "ephemeral"
    SERVER = "server"
    CLOUD = "cloud"
    UNCONFIGURED = "unconfigured"


@record
class TransportOptions:
    """Everything configurable about reaching the API, as plain values."""

    api_url: str | None = None
    """Address of the API, usually ending in `/api`; without it the API is answered in process."""

    api_key: str | None = None
    """Sent as `Authorization: Bearer`, unless there is an `auth_string`."""

    auth_string: str | None = None
    """`user:password`, sent as `Authorization: Basic`."""

    custom_headers: Mapping[str, str] | None = None
    tls_verify: bool = True
    tls_cert_file: str | None = None
    """File with the certificates to trust; None for those that the HTTP client trusts."""

    http2: bool = False
    request_timeout: float = 60.0
    """Seconds for connecting, for sending and for each wait for bytes."""

    max_retries: int = 5
    retry_jitter_factor: float = 0.2
    retry_extra_codes: frozenset[int] = frozenset()
    csrf_support: bool = True
    server_version_check: bool = True
    cloud_api_url: str = "https://api.prefect.cloud/api"


_options: Callable[[], TransportOptions] | None = None
_app: Callable[[], ASGIApp] | None = None


def provide_client_options(provider: Callable[[], TransportOptions]) -> None:
    """Register the function that yields the current options; the last one registered wins."""
    global _options
    _options = provider


def provide_app(provider: Callable[[], ASGIApp]) -> None:
    """Register the function that yields the application for clients without an address; the last one wins."""
    global _app
    _app = provider


def current_options() -> TransportOptions:
    """The options in force here and now."""
    if _options is None:
        _have_provided()
    return TransportOptions() if _options is None else _options()


def current_app() -> ASGIApp:
    """The application that answers in process. Raises RuntimeError if there is none."""
    if _app is None:
        _have_provided()
    if _app is None:
        raise RuntimeError("There is no API to ask: set PREFECT_API_URL to the address of a server.")
    return _app()


def _have_provided() -> None:
    """Ask the composition root to provide. It is named, not imported: it knows this room, and not the other way round.

    It does so when a client is made rather than when it is loaded, since most flows never make one. What others have
    provided before stays.
    """
    global _options, _app
    options, app = _options, _app
    import_module(COMPOSITION_ROOT).provide_to_clients()
    _options, _app = options or _options, app or _app


def server_type_of(api: str | ASGIApp, cloud_api_url: str) -> ServerType:
    """Who answers at this address."""
    if not isinstance(api, str):
        return ServerType.EPHEMERAL
    return ServerType.CLOUD if api.startswith(cloud_api_url) else ServerType.SERVER


# --- what httpx is told


def httpx_arguments(options: TransportOptions, api: str | None, given: HttpxSettings | None) -> HttpxSettings:
    """Keyword arguments for an httpx client of either colour; `api` is None for one that is answered in process.

    What is `given` by the caller wins, headers and limits one by one.
    """
    import httpx

    arguments = {
        "base_url": api or IN_PROCESS_URL,
        "timeout": httpx.Timeout(options.request_timeout),
        "limits": httpx.Limits(
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=KEPT_ALIVE_CONNECTIONS,
            keepalive_expiry=KEPT_ALIVE_SECONDS,
        ),
        "follow_redirects": True,
        "http2": options.http2,
        **dict(given or {}),
    }
    arguments["headers"] = {**_headers(options), **dict((given or {}).get("headers") or {})}
    arguments.setdefault("verify", _trust(options.tls_verify, options.tls_cert_file) if api else False)
    return arguments


def _headers(options: TransportOptions) -> dict[str, str]:
    headers = {
        "User-Agent": f"headrace/{__version__} (API {SERVER_API_VERSION})",
        **(options.custom_headers or {}),
        VERSION_HEADER: SERVER_API_VERSION,
    }
    if options.auth_string:
        headers["Authorization"] = "Basic " + base64.b64encode(options.auth_string.encode()).decode()
    elif options.api_key:
        headers["Authorization"] = f"Bearer {options.api_key}"
    return headers


@cache
def _trust(verify: bool, cert_file: str | None) -> ssl.SSLContext | bool:
    """Read the certificates once per process; that takes longer than most requests."""
    import httpx

    if not verify:
        return False
    return ssl.create_default_context(cafile=cert_file) if cert_file else httpx.create_ssl_context()
