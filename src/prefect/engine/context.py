"""Where code is running: in which flow run, in which task run, under which tags.

Contexts travel in context variables, so they follow async code by themselves and threads by a copied context.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import datetime
from itertools import count
from typing import Any, Self

from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.core.times import to_datetime
from prefect.engine.calls.identity import ROOT
from prefect.engine.calls.replay import Occurrences, Replay
from prefect.engine.calls.shapes import Parameters
from prefect.engine.calls.tracking import ResultTracker
from prefect.engine.config import EngineConfig
from prefect.engine.pool import Crew
from prefect.engine.results.surroundings import surroundings
from prefect.engine.runtime import Runtime
from prefect.engine.specs import FlowSpec, TaskSpec
from prefect.utilities.invalid import validation_error


class EngineContext:
    """The flow run that the current code belongs to; known as `FlowRunContext`."""

    current: ContextVar[FlowRunContext | None] = ContextVar("prefect_flow_run", default=None)

    def __init__(
        self,
        flow: FlowSpec,
        flow_run: FlowRun,
        parameters: Parameters,
        runtime: Runtime,
        config: EngineConfig,
        started: int,
        replay: Replay | None = None,
    ) -> None:
        self.flow = flow
        self.flow_run = flow_run
        self.parameters = parameters
        self.runtime = runtime
        self.config = config
        self.record = runtime.backend.record
        self.clock = runtime.clock
        self.started = started
        self.replay = replay
        self.calls = Occurrences()
        self.results = ResultTracker()
        self.assets: dict[str, Mapping[str, Any]] = {}
        """Assets by key that runs hand on with their results, by the run's id."""

        self.positions = count()
        self.stops = count(1)
        """Numbers the pauses of the run, in order."""

        self.attempt = max(flow_run.attempt, 1)
        if flow.log_prints is not None:
            self.log_prints = flow.log_prints
        else:
            self.log_prints = _inherited(FlowRunContext.current.get(), config)
        self.persist_result = config.results_persist_by_default if flow.persist_result is None else flow.persist_result
        self.task_runner: Any = flow.task_runner
        self._runner: Any = None
        self._subflows: Crew | None = None
        self._result_store: Any = None
        self.flow_run_id_bytes = flow_run.id.bytes

    @property
    def start_time(self) -> datetime:
        """When this attempt started."""
        return to_datetime(self.started)

    def begin_again(self) -> None:
        """Forget the calls of the try before this one, which are made again."""
        self.calls = Occurrences()
        self.results = ResultTracker()
        self.stops = count(1)
        self.replay = None

    def runner(self) -> Any:
        """This run's own task runner, started when the first task is submitted."""
        if self._runner is None:
            self._runner = self.task_runner.duplicate()
            self._runner.start(self)
        return self._runner

    def finish_tasks(self) -> None:
        """Wait for every submitted task and subflow."""
        runner = self._runner
        if runner is not None:
            try:
                runner.finish()  # stays ours meanwhile: an interrupt must find it to stop it
            finally:
                if not runner.unfinished:
                    self._runner = None
        if self._subflows is not None:
            self._subflows.finish()

    @property
    def subflows(self) -> Crew:
        """The threads that submitted subflows of this run work in."""
        if self._subflows is None:
            self._subflows = Crew("prefect-subflow")
        return self._subflows

    def cancel_tasks(self) -> None:
        """Start no submitted task any more, and wait for none."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.cancel_all()

    @property
    def result_store(self) -> Any:
        """Where the run's results go, made when first asked for."""
        if self._result_store is None:
            self._result_store = surroundings.new_store().update_for_flow(self.flow)
        return self._result_store

    @classmethod
    def get(cls) -> FlowRunContext | None:
        """The current flow run's context, None outside of flows."""
        return cls.current.get()

    def __enter__(self) -> Self:
        self._token: Token[FlowRunContext | None] = FlowRunContext.current.set(self)
        return self

    def __exit__(self, *_exc: object) -> None:
        FlowRunContext.current.reset(self._token)


FlowRunContext = EngineContext


class TaskRunContext:
    """The task run that the current code belongs to."""

    current: ContextVar[TaskRunContext | None] = ContextVar("prefect_task_run", default=None)
    __slots__ = (
        "asset_metadata",
        "call_key",
        "config",
        "flow_context",
        "log_prints",
        "parameters",
        "persist_result",
        "positions",
        "record",
        "_result_store",
        "runtime",
        "started",
        "task",
        "task_run",
    )

    def __init__(
        self,
        task: TaskSpec,
        task_run: TaskRun,
        parameters: Parameters,
        runtime: Runtime,
        config: EngineConfig,
        flow_context: FlowRunContext | None,
        started: int,
        call_key: bytes | None,
    ) -> None:
        self.task = task
        self.task_run = task_run
        self.parameters = parameters
        self.runtime = runtime
        self.config = config
        self.flow_context = flow_context
        self.started = started
        self.call_key = call_key
        self.asset_metadata: dict[str, dict[str, object]] | None = None
        self.record = runtime.backend.record
        self.positions = count() if flow_context is None else flow_context.positions
        self.log_prints = bool(task.log_prints) if task.log_prints is not None else _inherited(flow_context, config)
        self.persist_result: bool | None = task.persist_result
        self._result_store: Any = None

    @property
    def start_time(self) -> datetime:
        """When this try started."""
        return to_datetime(self.started)

    @property
    def result_store(self) -> Any:
        """Where the run's result goes, made when first asked for."""
        if self._result_store is None:
            flow = self.flow_context
            base = surroundings.new_store() if flow is None else flow.result_store
            self._result_store = base.update_for_task(self.task)
        return self._result_store

    @classmethod
    def get(cls) -> TaskRunContext | None:
        """The current task run's context, None outside of tasks."""
        return cls.current.get()


def _inherited(flow_context: FlowRunContext | None, config: EngineConfig) -> bool:
    return config.logging_log_prints if flow_context is None else flow_context.log_prints


RunContext = FlowRunContext | TaskRunContext


def current_run() -> Any:
    """The innermost run that the current code belongs to."""
    return TaskRunContext.current.get() or FlowRunContext.current.get()


def storage_key_values() -> dict[str, object]:
    """What the templates of storage keys may name: `{parameters[x]}`, `{flow_run.name}`, `{task_run.id}`."""
    task, flow = TaskRunContext.current.get(), FlowRunContext.current.get()
    values: dict[str, object] = {"parameters": {} if flow is None else flow.parameters}
    if flow is not None:
        values["flow_run"] = flow.flow_run
    if task is not None:
        values |= {"parameters": task.parameters, "task_run": task.task_run}
    return values


surroundings.run = current_run
surroundings.key_values = storage_key_values


def caller_key() -> bytes:
    """Call key of the task run or flow run that a call is made from."""
    task = TaskRunContext.current.get()
    return ROOT if task is None or task.call_key is None else task.call_key


_tags: ContextVar[frozenset[str]] = ContextVar("prefect_tags", default=frozenset())


def current_tags() -> frozenset[str]:
    """Tags of the enclosing `tags` blocks."""
    return _tags.get()


@contextmanager
def tags(*new_tags: str) -> Iterator[set[str]]:
    """Add tags to every flow run and task run started within; yields all tags in force.

    Raises a pydantic `ValidationError` if a tag is not a string.
    """
    for tag in new_tags:
        if not isinstance(tag, str):
            raise validation_error("TagsContext", "current_tags", tag, f"Tags are strings, not {type(tag).__name__}.")
    token = _tags.set(_tags.get() | frozenset(new_tags))
    try:
        yield set(_tags.get())
    finally:
        _tags.reset(token)
