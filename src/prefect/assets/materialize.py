"""Tasks that make assets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect.engine.assets.asset import Asset
from prefect.tasks import MaterializingTask

__all__ = ["materialize"]

P = ParamSpec("P")
R = TypeVar("R")


def materialize(
    *assets: str | Asset, by: str | None = None, **task_kwargs: Any
) -> Callable[[Callable[P, R]], MaterializingTask[P, R]]:
    """Make a function a task that makes assets; when a run of it ends, events tell which, and from what.

    Args:
        assets: what it makes, or their keys.
        by: the tool that does it, such as `dbt`.
        task_kwargs: options of `task`; `asset_deps` names assets it uses.

    Raises TypeError without assets.
    """
    if not assets:
        raise TypeError("materialize requires at least one asset argument, e.g. `@materialize(asset)`")
    return lambda fn: MaterializingTask(fn, assets=assets, materialized_by=by, **task_kwargs)
