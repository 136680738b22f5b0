"""The Dask task runner under the name that users of the field import it by."""

from __future__ import annotations

from prefect.engine.runners.dask import DaskTaskRunner, PrefectDaskFuture, get_async_dask_client, get_dask_client

__all__ = ["DaskTaskRunner", "PrefectDaskFuture", "get_async_dask_client", "get_dask_client"]
