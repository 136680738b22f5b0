"""Where code is running: the current flow run, task run, tags and settings, and taking them elsewhere.

Contexts follow asynchronous code and submitted tasks by themselves. Threads that a program starts on its own begin
outside of runs; `with_context` takes a function there together with the context it was wrapped in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect.connect import current_runtime, engine_config
from prefect.engine.context import (
    EngineContext,
    FlowRunContext,
    RunContext,
    TaskRunContext,
    current_tags,
    tags,
)
from prefect.exceptions import MissingContextError
from prefect.settings import (
    SettingsContext,
    get_settings_context,
    refresh_global_settings_context,
    root_settings_context,
    use_profile,
)

__all__ = [
    "EngineContext",
    "FlowRunContext",
    "RunContext",
    "SettingsContext",
    "TagsContext",
    "TaskRunContext",
    "get_run_context",
    "get_settings_context",
    "hydrated_context",
    "refresh_global_settings_context",
    "root_settings_context",
    "serialize_context",
    "tags",
    "use_profile",
    "with_context",
]

P = ParamSpec("P")
R = TypeVar("R")


class TagsContext:
    """The tags of the enclosing `tags` blocks."""

    def __init__(self, current_tags: set[str] | None = None) -> None:
        self.current_tags = set(current_tags or ())

    @classmethod
    def get(cls) -> TagsContext:
        """The tags in force here."""
        return cls(set(current_tags()))

    def __repr__(self) -> str:
        return f"TagsContext(current_tags={self.current_tags!r})"


def get_run_context() -> RunContext:
    """The current task run's context, or the flow run's outside of tasks.

    Raises MissingContextError outside of runs.
    """
    found = TaskRunContext.get() or FlowRunContext.get()
    if found is None:
        raise MissingContextError("No run context available. You are not in a flow or task run context.")
    return found


def with_context(fn: Callable[P, R]) -> Callable[P, R]:
    """`fn`, to be called anywhere with the context it has here: for threads that a program starts itself."""
    context = copy_context()

    @wraps(fn)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.copy().run(fn, *args, **kwargs)

    return inside


def serialize_context(asset_ctx_kwargs: dict[str, Any] | None = None) -> dict[str, Any]:
    """The current context as a dictionary that can be pickled and entered elsewhere with `hydrated_context`."""
    flow, task = FlowRunContext.get(), TaskRunContext.get()
    settings = get_settings_context()
    return {
        "flow_run_context": None if flow is None else _of_flow(flow),
        "task_run_context": None if task is None else _of_task(task),
        "tags_context": {"current_tags": sorted(current_tags())},
        "settings_context": {"profile": settings.profile, "settings": settings.settings},
        "asset_context": asset_ctx_kwargs or {},
        "deployment_id": None if flow is None else flow.flow_run.deployment_id,
        "deployment_parameters": None if flow is None else dict(flow.flow_run.parameters),
    }


def _of_flow(context: FlowRunContext) -> dict[str, Any]:
    return {
        "flow": context.flow,
        "flow_run": context.flow_run,
        "parameters": context.parameters,
        "started": context.started,
        "attempt": context.attempt,
    }


def _of_task(context: TaskRunContext) -> dict[str, Any]:
    return {
        "task": context.task,
        "task_run": context.task_run,
        "parameters": context.parameters,
        "started": context.started,
        "call_key": context.call_key,
    }


@contextmanager
def hydrated_context(serialized_context: dict[str, Any] | None = None, client: object = None) -> Iterator[None]:
    """Within the block, the context that `serialize_context` took elsewhere; nothing changes without one."""
    if not serialized_context:
        yield
        return
    with ExitStack() as stack:
        settings = serialized_context.get("settings_context")
        if settings:
            stack.enter_context(SettingsContext(settings["profile"], settings["settings"]))
        stack.enter_context(tags(*(serialized_context.get("tags_context") or {}).get("current_tags", ())))
        _enter_runs(stack, serialized_context)
        yield


def _enter_runs(stack: ExitStack, serialized: dict[str, Any]) -> None:
    flow_facts, task_facts = serialized.get("flow_run_context"), serialized.get("task_run_context")
    runtime, config = current_runtime(), engine_config()
    flow = None
    if flow_facts:
        facts = dict(flow_facts)
        attempt = facts.pop("attempt")
        flow = FlowRunContext(runtime=runtime, config=config, **facts)
        flow.attempt = attempt
        stack.enter_context(flow)
    if task_facts:
        task = TaskRunContext(runtime=runtime, config=config, flow_context=flow, **task_facts)
        token = TaskRunContext.current.set(task)
        stack.callback(TaskRunContext.current.reset, token)
