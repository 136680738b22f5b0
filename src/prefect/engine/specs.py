"""What the engine knows of a task and of a flow: their options, as the decorators hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from prefect.engine.calls.signatures import Binder

Function = Callable[..., Any]


class RunnableSpec(Protocol):
    """Options that flows and tasks share."""

    name: str
    fn: Function
    binder: Binder
    isasync: bool
    isgenerator: bool
    retries: int
    timeout_seconds: float | None
    log_prints: bool | None
    persist_result: bool | None
    result_storage: Any
    result_serializer: Any
    cache_result_in_memory: bool
    on_completion_hooks: list[Function]
    on_failure_hooks: list[Function]
    on_running_hooks: list[Function]

    @property
    def version(self) -> str | None:
        """The code's version."""


class TaskSpec(RunnableSpec, Protocol):
    """A task's options."""

    task_key: str
    tags: set[str]
    task_run_name: str | Function | None
    retry_delay_seconds: float | Sequence[float]
    retry_jitter_factor: float | None
    retry_condition_fn: Function | None
    cache_policy: Any
    cache_expiration: timedelta | None
    refresh_cache: bool | None
    result_storage_key: str | None
    on_rollback_hooks: list[Function]
    on_commit_hooks: list[Function]
    policy_json: str
    viz_return_value: Any
    assets: list[Any]
    asset_deps: list[Any]
    materialized_by: str | None


class FlowSpec(RunnableSpec, Protocol):
    """A flow's options."""

    flow_run_name: str | Function | None
    retry_delay_seconds: float | list[float]
    should_validate_parameters: bool
    on_cancellation_hooks: list[Function]
    on_crashed_hooks: list[Function]

    @property
    def task_runner(self) -> Any:
        """Where submitted tasks run."""

    @property
    def entrypoint(self) -> str | None:
        """`path/to/file.py:name` to load the flow from."""

    def validate_parameters(self, parameters: dict[str, object]) -> dict[str, object]:
        """Coerce parameters by their annotations."""

    def serialize_parameters(self, parameters: dict[str, object]) -> Mapping[str, object]:
        """Parameters as JSON-able values."""
