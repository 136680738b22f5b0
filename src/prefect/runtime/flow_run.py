"""The current flow run: its id, name, parameters, tags, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from prefect.connect import CLOCK, current_runtime, engine_config
from prefect.core.times import to_datetime
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.runtime.attributes import attribute, flow_run_here, text


def _flow_run_fact(fact: str) -> Callable[[], object]:
    return lambda: getattr(flow_run_here(), fact, None)


def _id() -> str | None:
    run, task = flow_run_here(), TaskRunContext.current.get()
    if run is not None:
        return str(run.id)
    return None if task is None else text(task.task_run.flow_run_id)


def _tags() -> list[str]:
    run = flow_run_here()
    return [] if run is None else list(run.tags)


def _run_count() -> int:
    run = flow_run_here()
    return 0 if run is None else run.run_count


def _flow_name() -> str | None:
    context = FlowRunContext.current.get()
    return getattr(flow_run_here(), "flow_name", None) if context is None else context.flow.name


def _flow_version() -> str | None:
    context = FlowRunContext.current.get()
    return getattr(flow_run_here(), "flow_version", None) if context is None else context.flow.version


def _parameters() -> dict[str, object]:
    context, run = FlowRunContext.current.get(), flow_run_here()
    if context is not None:
        return context.parameters
    return {} if run is None else dict(run.parameters)


def _scheduled_start_time() -> datetime:
    run = flow_run_here()
    return (None if run is None else run.expected_start_time) or to_datetime(CLOCK.now())


def _parent_flow_run_id() -> str | None:
    run = flow_run_here()
    return None if run is None else text(run.parent_flow_run_id)


def _root_flow_run_id() -> str | None:
    run = flow_run_here()
    return None if run is None else str(run.root_flow_run_id or run.id)


def _parent_deployment_id() -> str | None:
    run = flow_run_here()
    if run is None or run.parent_flow_run_id is None:
        return None
    return text(current_runtime().backend.read_flow_run(run.parent_flow_run_id).deployment_id)


def _api_url() -> str | None:
    run_id, url = _id(), engine_config().api_url
    return f"{url}/flow_runs/{run_id}" if run_id and url else None


def _ui_url() -> str | None:
    run_id, url = _id(), engine_config().ui_url
    return f"{url}/runs/flow-run/{run_id}" if run_id and url else None


def _job_variables() -> dict[str, object] | None:
    run = flow_run_here()
    return None if run is None else dict(run.job_variables)


ATTRIBUTES: dict[str, Callable[[], object]] = {
    "api_url": _api_url,
    "flow_name": _flow_name,
    "flow_version": _flow_version,
    "id": _id,
    "job_variables": _job_variables,
    "name": _flow_run_fact("name"),
    "parameters": _parameters,
    "parent_deployment_id": _parent_deployment_id,
    "parent_flow_run_id": _parent_flow_run_id,
    "root_flow_run_id": _root_flow_run_id,
    "run_count": _run_count,
    "scheduled_start_time": _scheduled_start_time,
    "tags": _tags,
    "ui_url": _ui_url,
}

__all__ = sorted(ATTRIBUTES)


def __getattr__(name: str) -> Any:
    return attribute(__name__, ATTRIBUTES, name)


def __dir__() -> list[str]:
    return list(__all__)
