"""The server itself: whether it lives, its version, its defaults; and requests of any kind."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

from prefect._version import __version__
from prefect.client.calls import Call, Calls, JsonObject, ask, nothing, one, plain, raw
from prefect.client.constants import COMPATIBLE_VERSION
from prefect.client.schemas.objects import ServerDefaultResultStorage

if TYPE_CHECKING:
    import httpx

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

logger = logging.getLogger("prefect.client")


def request(
    method: Method,
    path: str,
    params: JsonObject | None = None,
    path_params: JsonObject | None = None,
    **kwargs: Any,
) -> Call[httpx.Response]:
    """A request of any kind; `path` is below the API's address and names `path_params` in braces.

    Other arguments are those of `httpx.Client.request`. Raises PrefectHTTPStatusError for an answer that is an error.
    """
    return Call(method, path.format(**(path_params or {})), raw, params=params, more=kwargs)


def hello() -> Call[httpx.Response]:
    """Greet the server."""
    return Call("GET", "/hello", raw)


def api_healthcheck() -> Calls[Exception | None]:
    """None if the server is well, else the error that asking it gave."""
    try:
        yield from ask(Call("GET", "/health", nothing))
    except Exception as error:
        return error
    return None


def api_version() -> Call[str]:
    """The version of the server."""
    return Call("GET", "/admin/version", plain)


def client_version() -> str:
    """The version of this package."""
    return __version__


def raise_for_api_version_mismatch(api: str) -> Calls[None]:
    """Raise RuntimeError if the server at `api` does not answer or is of another major version; warn if it is older."""
    try:
        version = yield from ask(api_version())
    except Exception as error:
        if "Unauthorized" in str(error):
            raise
        raise RuntimeError(f"Failed to reach API at {api}") from error
    theirs, ours = _numbers(version), _numbers(COMPATIBLE_VERSION)
    if theirs[:1] != ours[:1]:
        raise RuntimeError(
            f"Found incompatible versions: client: {COMPATIBLE_VERSION}, server: {version}. Major versions must match."
        )
    if theirs < ours:
        logger.warning(
            "Your Prefect server is running an older version of Prefect than your client which may result in unexpected"
            " behavior. Please upgrade your Prefect server from version %s to version %s or higher.",
            version,
            COMPATIBLE_VERSION,
        )


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version such as `3.8.8`, without what follows them."""
    numbers: list[int] = []
    for part in version.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


# --- defaults


def read_server_default_result_storage() -> Call[ServerDefaultResultStorage]:
    """Where results go unless flows and tasks say otherwise."""
    return Call("GET", "/admin/storage", one(ServerDefaultResultStorage))


def update_server_default_result_storage(default_result_storage_block_id: UUID) -> Call[ServerDefaultResultStorage]:
    """Have results go to a saved block. Raises PrefectHTTPStatusError if there is none of that id."""
    body = {"default_result_storage_block_id": default_result_storage_block_id}
    return Call("PUT", "/admin/storage", one(ServerDefaultResultStorage), body=body)


def clear_server_default_result_storage() -> Call[None]:
    """Have the server know no place for results."""
    return Call("DELETE", "/admin/storage", nothing)
