"""The HTTP clients below `PrefectClient`, by the names users know. Importing this loads httpx."""

from __future__ import annotations

from prefect.client import aio, sync
from prefect.client.errors import status_error
from prefect.client.transport import ASGIApp, ServerType, current_options, server_type_of

PrefectHttpxAsyncClient = aio.http_client_class()
PrefectHttpxSyncClient = sync.http_client_class()
PrefectHTTPStatusError = status_error()


def determine_server_type() -> ServerType:
    """Who answers the clients that `get_client` makes here and now."""
    options = current_options()
    return ServerType.EPHEMERAL if options.api_url is None else server_type_of(options.api_url, options.cloud_api_url)


__all__ = [
    "ASGIApp",
    "PrefectHTTPStatusError",
    "PrefectHttpxAsyncClient",
    "PrefectHttpxSyncClient",
    "ServerType",
    "determine_server_type",
]
