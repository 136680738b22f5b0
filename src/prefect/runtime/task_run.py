"""The current task run: its id, name, parameters and tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect.connect import engine_config
from prefect.engine.context import TaskRunContext
from prefect.runtime.attributes import attribute


def _run_fact(fact: str) -> Callable[[], object]:
    return lambda: getattr(getattr(TaskRunContext.current.get(), "task_run", None), fact, None)


def _id() -> str | None:
    context = TaskRunContext.current.get()
    return None if context is None else str(context.task_run.id)


def _run_count() -> int:
    context = TaskRunContext.current.get()
    return 0 if context is None else context.task_run.run_count


def _tags() -> list[str]:
    context = TaskRunContext.current.get()
    return [] if context is None else list(context.task_run.tags)


def _parameters() -> dict[str, object]:
    context = TaskRunContext.current.get()
    return {} if context is None else context.parameters


def _task_name() -> str | None:
    context = TaskRunContext.current.get()
    return None if context is None else context.task.name


def _api_url() -> str | None:
    run_id, url = _id(), engine_config().api_url
    return f"{url}/task_runs/{run_id}" if run_id and url else None


def _ui_url() -> str | None:
    run_id, url = _id(), engine_config().ui_url
    return f"{url}/runs/task-run/{run_id}" if run_id and url else None


ATTRIBUTES: dict[str, Callable[[], object]] = {
    "api_url": _api_url,
    "id": _id,
    "name": _run_fact("name"),
    "parameters": _parameters,
    "run_count": _run_count,
    "tags": _tags,
    "task_name": _task_name,
    "ui_url": _ui_url,
}

__all__ = sorted(ATTRIBUTES)


def __getattr__(name: str) -> Any:
    return attribute(__name__, ATTRIBUTES, name)


def __dir__() -> list[str]:
    return list(__all__)
