"""Futures: what `submit` and `map` return, and waiting for several of them."""

from __future__ import annotations

from typing import Any

from prefect.engine.futures import (
    DoneAndNotDoneFutures,
    PrefectConcurrentFuture,
    PrefectDistributedFuture,
    PrefectFlowRunFuture,
    PrefectFuture,
    PrefectFutureList,
    PrefectTaskRunFuture,
    PrefectWrappedFuture,
    as_completed,
    wait,
)
from prefect.utilities.collections import visit_collection

__all__ = [
    "DoneAndNotDoneFutures",
    "PrefectConcurrentFuture",
    "PrefectDistributedFuture",
    "PrefectFlowRunFuture",
    "PrefectFuture",
    "PrefectFutureList",
    "PrefectTaskRunFuture",
    "PrefectWrappedFuture",
    "as_completed",
    "resolve_futures_to_results",
    "resolve_futures_to_states",
    "wait",
]


def resolve_futures_to_states(expr: object) -> Any:
    """A value with every future inside it replaced by its run's final state, once that is there."""
    return _replaced(expr, _final_state)


def resolve_futures_to_results(expr: object) -> Any:
    """A value with every future inside it replaced by its run's result. Raises the exception of a run that failed."""
    return _replaced(expr, lambda future: future.result())


def _final_state(future: PrefectFuture[Any]) -> object:
    future.wait()
    return future.state


def _replaced(expr: Any, replace: Any) -> Any:
    if isinstance(expr, PrefectFuture):
        return replace(expr)

    def visit(item: Any) -> Any:
        return replace(item) if isinstance(item, PrefectFuture) else item

    return visit_collection(expr, visit_fn=visit, return_data=True)
