"""Clients for functions that may be given one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from prefect.client.orchestration import PrefectClient, get_client

P = ParamSpec("P")
R = TypeVar("R")
Coro: TypeAlias = Coroutine[Any, Any, R]

__all__ = ["client_injector", "get_or_create_client", "inject_client"]


def get_or_create_client(client: PrefectClient | None = None) -> tuple[PrefectClient, bool]:
    """The client given and True, or a new one and False; whoever gets a new one enters it."""
    return (get_client(), False) if client is None else (client, True)


def client_injector(
    func: Callable[Concatenate[PrefectClient, P], Coro[R]],
) -> Callable[P, Coro[R]]:
    """Call an async function with a new client before its other arguments."""

    @wraps(func)
    async def with_client(*args: P.args, **kwargs: P.kwargs) -> R:
        async with get_client() as client:
            return await func(client, *args, **kwargs)

    return with_client


def inject_client(fn: Callable[P, Coro[R]]) -> Callable[P, Coro[R]]:
    """Give an async function a new client for its `client` argument, unless it is called with one."""

    @wraps(fn)
    async def with_client(*args: P.args, **kwargs: P.kwargs) -> R:
        if kwargs.get("client") is not None:
            return await fn(*args, **kwargs)
        async with get_client() as client:
            kwargs["client"] = client
            return await fn(*args, **kwargs)

    return with_client
