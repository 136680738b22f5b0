"""Flows: functions whose runs are recorded, whose tasks run in parallel, and which can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar, overload
from uuid import UUID

from prefect.connect import engine, engine_config
from prefect.core.lifecycle.states import State
from prefect.engine.calls.sources import entrypoint_of, source_version
from prefect.engine.loading import calls_are_off, note_skipped_call
from prefect.runnables import (
    Hook,
    Runnable,
    check_options,
    check_result_options,
    check_retries,
    check_retry_delay,
    check_task_runner,
)
from prefect.utilities.annotations import NotSet

if TYPE_CHECKING:
    from prefect.engine.futures import PrefectFuture, PrefectFutureList
    from prefect.engine.results.serializers import Serializer

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
T = TypeVar("T")


class Flow(Runnable, Generic[P, R]):
    """A function whose calls are flow runs; made by the `flow` decorator, which see for the options."""

    kind = "flow"
    fn: Callable[P, R]
    hook_kinds = ("on_completion", "on_failure", "on_cancellation", "on_crashed", "on_running")
    _validator: Any = None

    on_completion_hooks: list[Hook]
    on_failure_hooks: list[Hook]
    on_cancellation_hooks: list[Hook]
    on_crashed_hooks: list[Hook]
    on_running_hooks: list[Hook]

    def __init__(
        self,
        fn: Callable[P, R],
        name: str | None = None,
        version: str | None = None,
        flow_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | None = None,
        task_runner: Any = None,
        description: str | None = None,
        timeout_seconds: float | None = None,
        validate_parameters: bool = True,
        persist_result: bool | None = None,
        result_storage: Any = None,
        result_serializer: str | Serializer | None = None,
        cache_result_in_memory: bool = True,
        log_prints: bool | None = None,
        on_completion: list[Hook] | None = None,
        on_failure: list[Hook] | None = None,
        on_cancellation: list[Hook] | None = None,
        on_crashed: list[Hook] | None = None,
        on_running: list[Hook] | None = None,
    ) -> None:
        given = dict(locals())
        self.options = {option: given[option] for option in OPTIONS}
        self._take_hooks(given)
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Expected string for flow parameter 'name'; got {type(name).__name__} instead.")
        self._wrap(fn, name, description)
        if flow_run_name is not None and not isinstance(flow_run_name, str) and not callable(flow_run_name):
            raise TypeError(
                f"Expected string or callable for 'flow_run_name'; got {type(flow_run_name).__name__} instead."
            )
        config = engine_config()
        self.flow_run_name = flow_run_name
        self._given_version = version
        self.retries = config.flow_default_retries if retries is None else retries
        check_retries(self.retries)
        if retry_delay_seconds is not None:
            check_retry_delay(retry_delay_seconds, several=False)
        default_delay = config.flow_default_retry_delay_seconds
        self.retry_delay_seconds = default_delay if retry_delay_seconds is None else retry_delay_seconds
        self._task_runner = task_runner() if isinstance(task_runner, type) else task_runner
        check_task_runner(self._task_runner)
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.should_validate_parameters = validate_parameters
        check_result_options(result_storage, result_serializer)
        keeps = result_storage is not None or result_serializer is not None
        self.persist_result = True if persist_result is None and keeps else persist_result
        self.result_storage = result_storage
        self.result_serializer = result_serializer
        self.cache_result_in_memory = cache_result_in_memory
        self.log_prints = log_prints
        self._entrypoint: str | None = None

    @property
    def task_runner(self) -> Any:
        """Where submitted tasks run: as given, or threads."""
        if self._task_runner is None:
            self._task_runner = engine().ThreadPoolTaskRunner()
        return self._task_runner

    @property
    def version(self) -> str | None:
        """The version given, or a hash of the file the flow stands in."""
        if self._given_version is None:
            self._given_version = source_version(self.fn)
        return self._given_version

    @property
    def entrypoint(self) -> str | None:
        """`path/to/file.py:name` to load the flow from, None for one made in a prompt."""
        if self._entrypoint is None:
            self._entrypoint = entrypoint_of(self.fn)
        return self._entrypoint

    # --- parameters

    def validate_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters coerced by their annotations, with defaults for those not given.

        Raises ParameterTypeError, naming every bad or missing one, SignatureMismatchError if one is unknown.
        """
        if self._validator is None:
            self._validator = engine().ParameterValidator(self.binder)
        validated: dict[str, Any] = self._validator.validate(parameters)
        return validated

    @property
    def parameters(self) -> Any:
        """The schema of the flow's parameters."""
        return engine().parameter_schema(self.fn)

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters as JSON can hold them; values that cannot be written are described."""
        plain: dict[str, Any] = engine().jsonable(parameters)
        return plain

    # --- calling

    @overload
    def __call__(
        self: Flow[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]: ...

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def __call__(
        self: Flow[P, Coroutine[Any, Any, T]],
        *args: object,
        return_state: Literal[True],
        wait_for: object = None,
        **kwargs: object,
    ) -> Coroutine[Any, Any, State[T]]: ...

    @overload
    def __call__(
        self, *args: object, return_state: Literal[True], wait_for: object = None, **kwargs: object
    ) -> State[R]: ...

    @overload
    def __call__(
        self, *args: object, return_state: Literal[False] = False, wait_for: object = None, **kwargs: object
    ) -> R: ...

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Run the flow and return its value, or its final state if `return_state`.

        Raises what the function raises, ParameterTypeError if a parameter does not match its annotation.
        """
        return_state, wait_for = kwargs.pop("return_state", False), kwargs.pop("wait_for", None)
        if calls_are_off():
            return note_skipped_call(self)
        parameters = self.binder.bind(args, kwargs)
        if self.isgenerator:
            iterator = engine().iterate_async if self.isasync else engine().iterate
            return iterator(engine().flow_execution(self, parameters, wait_for))
        run = engine().run_flow_async if self.isasync else engine().run_flow
        return run(self, parameters, wait_for, return_state)

    def submit(self, *args: Any, wait_for: Any = None, return_state: bool = False, **kwargs: Any) -> PrefectFuture[R]:
        """Run the flow as a subflow beside the current one and return a future at once.

        Works for sync and async flows alike. Raises RuntimeError outside of flows.
        """
        future: PrefectFuture[R] = engine().submit_flow(self, self.binder.bind(args, kwargs), wait_for)
        return future

    def map(self, *args: Any, wait_for: Any = None, **kwargs: Any) -> PrefectFutureList[R]:
        """`submit` once for each item of the iterable arguments; `unmapped` ones stand in every call."""
        parameters = self.binder.bind(args, kwargs, apply_defaults=False)
        futures: PrefectFutureList[R] = engine().map_flow(self, parameters, wait_for)
        return futures

    def resume(
        self,
        flow_run_id: UUID | str,
        from_task_run: UUID | str | None = None,
        parameters: Mapping[str, Any] | None = None,
        return_state: bool = False,
    ) -> Any:
        """Run an earlier run of this flow again; calls that had finished return their recorded results.

        Args:
            flow_run_id: a run that has failed, crashed, been cancelled or completed.
            from_task_run: a task run from which on everything is run again, finished or not.
            parameters: to use instead of the recorded ones.
            return_state: return the final state instead of the value.

        Raises ObjectNotFound if there is no such run, ParameterBindError if a parameter could not be kept and is not
        given. An async flow returns a coroutine.
        """
        run_id = UUID(str(flow_run_id))
        again_from = None if from_task_run is None else UUID(str(from_task_run))
        run = engine().run_flow_async if self.isasync else engine().run_flow
        recorded = engine().stored_parameters(self, run_id, parameters)
        return run(self, recorded, None, return_state, run_id, again_from)

    # --- options and hooks

    def with_options(
        self,
        *,
        name: str | None = None,
        version: str | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | None = None,
        description: str | None = None,
        flow_run_name: str | Callable[..., str] | None = None,
        task_runner: object = None,
        timeout_seconds: float | None = None,
        validate_parameters: bool | None = None,
        persist_result: object = NotSet,
        result_storage: object = NotSet,
        result_serializer: object = NotSet,
        cache_result_in_memory: bool | None = None,
        log_prints: object = NotSet,
        on_completion: list[Hook] | None = None,
        on_failure: list[Hook] | None = None,
        on_cancellation: list[Hook] | None = None,
        on_crashed: list[Hook] | None = None,
        on_running: list[Hook] | None = None,
    ) -> Flow[P, R]:
        """A copy of the flow with some options changed."""
        given = {option: value for option, value in locals().items() if option in OPTIONS}
        return self._changed({option: NotSet if value is None else value for option, value in given.items()})

    def on_cancellation(self, fn: Hook) -> Hook:
        """Call `fn(flow, flow_run, state)` when a run is cancelled; usable as a decorator."""
        return self._add_hook("on_cancellation", fn)

    def on_crashed(self, fn: Hook) -> Hook:
        """Call `fn(flow, flow_run, state)` when a run crashes; usable as a decorator."""
        return self._add_hook("on_crashed", fn)


OPTIONS = tuple(name for name in Flow.__init__.__code__.co_varnames[2 : Flow.__init__.__code__.co_argcount])


@overload
def flow(__fn: Callable[P, R], /) -> Flow[P, R]: ...


@overload
def flow(
    __fn: None = None,
    /,
    *,
    name: str | None = None,
    version: str | None = None,
    flow_run_name: str | Callable[..., str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: float | None = None,
    task_runner: object = None,
    description: str | None = None,
    timeout_seconds: float | None = None,
    validate_parameters: bool = True,
    persist_result: bool | None = None,
    result_storage: object = None,
    result_serializer: object = None,
    cache_result_in_memory: bool = True,
    log_prints: bool | None = None,
    on_completion: list[Hook] | None = None,
    on_failure: list[Hook] | None = None,
    on_cancellation: list[Hook] | None = None,
    on_crashed: list[Hook] | None = None,
    on_running: list[Hook] | None = None,
) -> Callable[[Callable[P, R]], Flow[P, R]]: ...


def flow(__fn: object = None, /, **options: object) -> Any:
    """Make a function a flow: its runs are on record, its tasks may run in parallel, and it can be resumed.

    Args:
        name: shown to people; the function's name unless given.
        version: of the code; a hash of the flow's file unless given.
        flow_run_name: a template over parameters, or a function returning the name.
        retries, retry_delay_seconds: tries after a failure, and seconds between them.
        task_runner: where submitted tasks run; threads unless given.
        description: what it does; the docstring unless given.
        timeout_seconds: time limit of each try.
        validate_parameters: coerce parameters by their annotations.
        persist_result, result_storage, result_serializer, cache_result_in_memory: where results go, also of its tasks.
        log_prints: record what is printed as log lines.
        on_completion, on_failure, on_cancellation, on_crashed, on_running: functions called with (flow, run, state).

    Raises TypeError or ValueError, naming the option, for values that make no sense.
    """
    check_options("flow", options, OPTIONS)
    return _made(__fn, options) if __fn is not None else lambda fn: _made(fn, options)


def _made(fn: Any, options: dict[str, Any]) -> Flow[Any, Any]:
    if not isinstance(fn, (classmethod, staticmethod)):
        return Flow(fn, **options)
    made: Flow[Any, Any] = Flow(fn.__func__, **options)
    made.isclassmethod = isinstance(fn, classmethod)
    made.isstaticmethod = isinstance(fn, staticmethod)
    return made
