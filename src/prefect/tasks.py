"""Tasks: functions whose calls are recorded, retried, cached and run in parallel."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, Self, TypeVar, cast, overload

from prefect.connect import cache_policies, engine, engine_config
from prefect.core.lifecycle.states import State
from prefect.engine.calls.sources import function_key
from prefect.runnables import Hook, Runnable, check_options, check_result_options, check_retries, check_retry_delay
from prefect.utilities.annotations import NotSet, unmapped

if TYPE_CHECKING:
    from prefect.engine.assets.asset import Asset
    from prefect.engine.context import TaskRunContext
    from prefect.engine.futures import PrefectFuture, PrefectFutureList
    from prefect.engine.results.policies import CachePolicy

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
T = TypeVar("T")
MOST_RETRY_DELAYS = 50

logger = logging.getLogger("prefect.tasks")


def task_input_hash(context: TaskRunContext, arguments: dict[str, Any]) -> str | None:
    """A cache key from a task's identity, its code and its arguments; for `cache_key_fn`."""
    key: str | None = engine().hash_objects(context.task.task_key, context.task.fn.__code__.co_code.hex(), arguments)
    return key


def exponential_backoff(backoff_factor: float) -> Callable[[int], list[float]]:
    """Delays for `retry_delay_seconds` that double with each retry.

    Args:
        backoff_factor: seconds before the first retry.
    """

    def delays(retries: int) -> list[float]:
        return [backoff_factor * 2**retry for retry in range(retries)]

    return delays


class Task(Runnable, Generic[P, R]):
    """A function whose calls are runs; made by the `task` decorator, which see for the options."""

    kind = "task"
    fn: Callable[P, R]
    hook_kinds = ("on_completion", "on_failure", "on_running", "on_rollback", "on_commit")

    on_completion_hooks: list[Hook]
    on_failure_hooks: list[Hook]
    on_running_hooks: list[Hook]
    on_rollback_hooks: list[Hook]
    on_commit_hooks: list[Hook]
    assets: list[Asset] = []  # noqa: RUF012 - none, for all but those that `materialize` makes
    materialized_by: str | None = None

    def __init__(
        self,
        fn: Callable[P, R],
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        cache_policy: CachePolicy | type[NotSet] | None = NotSet,
        cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
        cache_expiration: timedelta | None = None,
        task_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | list[float] | Callable[[int], list[float]] | None = None,
        retry_jitter_factor: float | None = None,
        persist_result: bool | None = None,
        result_storage: Any = None,
        result_serializer: Any = None,
        result_storage_key: str | None = None,
        cache_result_in_memory: bool = True,
        timeout_seconds: float | None = None,
        log_prints: bool | None = False,
        refresh_cache: bool | None = None,
        on_completion: list[Hook] | None = None,
        on_failure: list[Hook] | None = None,
        on_running: list[Hook] | None = None,
        on_rollback: list[Hook] | None = None,
        on_commit: list[Hook] | None = None,
        retry_condition_fn: Callable[..., Any] | None = None,
        viz_return_value: Any = None,
        asset_deps: Sequence[str | Asset] | None = None,
    ) -> None:
        given = dict(locals())
        self.options = {option: given[option] for option in OPTIONS}
        self._take_hooks(given)
        self._wrap(fn, name, description)
        self.task_key = function_key(fn)
        self.tags = set(tags or ())
        self.version = version
        self.task_run_name = _checked_run_name(task_run_name)
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.log_prints = log_prints
        self.refresh_cache = refresh_cache
        self.cache_expiration = cache_expiration
        self.cache_result_in_memory = cache_result_in_memory
        check_result_options(result_storage, result_serializer)
        self.result_storage = result_storage
        self.result_serializer = result_serializer
        self.result_storage_key = result_storage_key
        self.viz_return_value = viz_return_value
        self.asset_deps = as_assets(asset_deps)
        self.cache_key_fn = cache_key_fn
        self._set_retries(retries, retry_delay_seconds, retry_jitter_factor, retry_condition_fn)
        self._set_caching(cache_policy, persist_result)

    def _set_retries(
        self, retries: int | None, delays: Any, jitter: float | None, condition: Callable[..., Any] | None
    ) -> None:
        config = engine_config()
        self.retries = config.task_default_retries if retries is None else retries
        check_retries(self.retries)
        delays = config.task_default_retry_delay_seconds if delays is None else delays
        self.retry_delay_seconds = delays(self.retries) if callable(delays) else delays
        if self.retry_delay_seconds is not None:
            check_retry_delay(self.retry_delay_seconds, several=True)
        if isinstance(self.retry_delay_seconds, (list, tuple)) and len(self.retry_delay_seconds) > MOST_RETRY_DELAYS:
            raise ValueError(f"Can not configure more than {MOST_RETRY_DELAYS} retry delays per task.")
        if jitter is not None and jitter < 0:
            raise ValueError("`retry_jitter_factor` must be >= 0.")
        if condition is not None and not callable(condition):
            raise TypeError(f"Expected `retry_condition_fn` to be callable, got {type(condition).__name__} instead.")
        self.retry_jitter_factor = jitter
        self.retry_condition_fn = condition
        delay = self.retry_delay_seconds
        self.policy_json = json.dumps({"retries": self.retries, "retry_delay": delay, "retry_jitter_factor": jitter})

    def _set_caching(self, policy: CachePolicy | type[NotSet] | None, persist: bool | None) -> None:
        """Settle how results are cached and whether they are persisted; asking for a cache asks for persistence."""
        policies = cache_policies()
        keeps = (
            self.result_storage_key is not None or self.result_serializer is not None or self.result_storage is not None
        )
        if self.cache_key_fn is not None and policy not in (NotSet, policies.NO_CACHE, None):
            logger.warning(
                "Both `cache_policy` and `cache_key_fn` are set on task %s. `cache_key_fn` will be used.",
                self,
            )
        if persist is False and policy not in (None, NotSet, policies.NO_CACHE):
            logger.warning("Ignoring `cache_policy` because `persist_result` is False")
        caches = self.cache_key_fn is not None or (
            policy is not NotSet and policy is not None and policy != policies.NO_CACHE
        )
        self.persist_result = True if persist is None and (keeps or caches) else persist
        if self.cache_key_fn is not None:
            self.cache_policy: CachePolicy | None = policies.CachePolicy.from_cache_key_fn(self.cache_key_fn)
        elif policy is NotSet:
            unset = self.result_storage_key is not None or persist is False or engine_config().task_default_no_cache
            self.cache_policy = policies.NO_CACHE if unset else policies.DEFAULT
        else:
            chosen = cast("CachePolicy | None", policy)
            self.cache_policy = policies.NO_CACHE if chosen is None or persist is False else chosen

    # --- calling

    @overload
    def __call__(
        self: Task[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]: ...

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def __call__(
        self, *args: object, return_state: Literal[True], wait_for: object = None, **kwargs: object
    ) -> State[R]: ...

    @overload
    def __call__(
        self, *args: object, return_state: Literal[False] = False, wait_for: object = None, **kwargs: object
    ) -> R: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task here and now and return its value, or its final state if `return_state`.

        Raises what the function raises. `wait_for` names futures that must complete first.
        """
        return_state, wait_for = kwargs.pop("return_state", False), kwargs.pop("wait_for", None)
        parameters = self.binder.bind(args, kwargs)
        if self.isgenerator:
            iterator = engine().iterate_async if self.isasync else engine().iterate
            return iterator(engine().task_execution(self, parameters, wait_for))
        run = engine().run_task_async if self.isasync else engine().run_task
        return run(self, parameters, wait_for, return_state)

    @overload
    def submit(
        self: Task[P, Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: Any = None,
        **kwargs: Any,
    ) -> State[T]: ...

    @overload
    def submit(self, *args: Any, return_state: Literal[True], wait_for: Any = None, **kwargs: Any) -> State[R]: ...

    @overload
    def submit(self: Task[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> PrefectFuture[T]: ...

    @overload
    def submit(self, *args: P.args, **kwargs: P.kwargs) -> PrefectFuture[R]: ...

    @overload
    def submit(
        self: Task[P, Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[False] = False,
        wait_for: Any = None,
        **kwargs: Any,
    ) -> PrefectFuture[T]: ...

    @overload
    def submit(
        self, *args: Any, return_state: Literal[False] = False, wait_for: Any = None, **kwargs: Any
    ) -> PrefectFuture[R]: ...

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task in the flow's task runner and return a future at once.

        Arguments may be futures or contain them; the task starts when they and `wait_for` are done. With `return_state`
        the call waits for the final state instead. Raises RuntimeError outside of flows.
        """
        return_state, wait_for = kwargs.pop("return_state", False), kwargs.pop("wait_for", None)
        parameters = self.binder.bind(args, kwargs)
        future = engine().runner_for_submission().submit(self, parameters, wait_for)
        if return_state:
            future.wait()
            return future.state
        return future

    @overload
    def map(
        self: Task[P, Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[False] = False,
        wait_for: Any = None,
        **kwargs: Any,
    ) -> PrefectFutureList[T]: ...

    @overload
    def map(
        self, *args: Any, return_state: Literal[False] = False, wait_for: Any = None, **kwargs: Any
    ) -> PrefectFutureList[R]: ...

    @overload
    def map(self, *args: Any, return_state: Literal[True], wait_for: Any = None, **kwargs: Any) -> list[State[R]]: ...

    def map(
        self,
        *args: Any,
        return_state: bool = False,
        wait_for: Any = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Submit one call for each item of the iterable arguments; `unmapped` ones stand in every call.

        Raises MappingMissingIterable if no argument is iterable, MappingLengthMismatch if their lengths differ.
        """
        parameters = self.binder.bind(args, kwargs, apply_defaults=False)
        parameters = engine().explode_variadic_parameter(self.fn, _with_unmapped_defaults(self, parameters))
        futures = engine().runner_for_submission(mapped=True).map(self, parameters, wait_for)
        if return_state:
            futures.wait()
            return [future.state for future in futures]
        return futures

    # --- options and hooks

    def with_options(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        cache_policy: CachePolicy | type[NotSet] = NotSet,
        cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
        task_run_name: object = NotSet,
        cache_expiration: timedelta | None = None,
        retries: object = NotSet,
        retry_delay_seconds: object = NotSet,
        retry_jitter_factor: object = NotSet,
        persist_result: object = NotSet,
        result_storage: object = NotSet,
        result_serializer: object = NotSet,
        result_storage_key: object = NotSet,
        cache_result_in_memory: bool | None = None,
        timeout_seconds: float | None = None,
        log_prints: object = NotSet,
        refresh_cache: object = NotSet,
        on_completion: list[Hook] | None = None,
        on_failure: list[Hook] | None = None,
        on_running: list[Hook] | None = None,
        on_rollback: list[Hook] | None = None,
        on_commit: list[Hook] | None = None,
        retry_condition_fn: Callable[..., Any] | None = None,
        viz_return_value: object = None,
        asset_deps: Sequence[str | Asset] | None = None,
    ) -> Task[P, R]:
        """A copy of the task with some options changed."""
        given = {option: value for option, value in locals().items() if option in OPTIONS}
        unless_none = {option: NotSet if given[option] is None else given[option] for option in KEPT_WHEN_NONE}
        return self._changed({**given, **unless_none})

    def on_commit(self, fn: Hook) -> Hook:
        """Call `fn(transaction)` when the transaction that this task belongs to commits."""
        return self._add_hook("on_commit", fn)

    def on_rollback(self, fn: Hook) -> Hook:
        """Call `fn(transaction)` when the transaction that this task belongs to is rolled back."""
        return self._add_hook("on_rollback", fn)


class MaterializingTask(Task[P, R]):
    """A task that makes assets; made by `materialize`.

    Args:
        assets: what it makes, or their keys.
        materialized_by: the tool that does it.
        task_kwargs: options of `task`.
    """

    def __init__(
        self,
        fn: Callable[P, R],
        *,
        assets: Sequence[str | Asset],
        materialized_by: str | None = None,
        **task_kwargs: Any,
    ) -> None:
        super().__init__(fn, **task_kwargs)
        self.assets = as_assets(assets)
        self.materialized_by = materialized_by
        self.options |= {"assets": self.assets, "materialized_by": materialized_by}

    def with_options(
        self, assets: Sequence[str | Asset] | None = None, by: str | None = None, **task_kwargs: Any
    ) -> MaterializingTask[P, R]:
        """A copy of the task with some options changed."""
        made = super().with_options(**task_kwargs)
        assert isinstance(made, MaterializingTask)
        return made._making(assets, by)

    def _making(self, assets: Sequence[str | Asset] | None, by: str | None) -> Self:
        changes = {"assets": assets or NotSet, "materialized_by": by or NotSet}
        return self._changed(changes) if assets or by else self


OPTIONS = tuple(name for name in Task.__init__.__code__.co_varnames[2 : Task.__init__.__code__.co_argcount])
KEPT_WHEN_NONE = (
    "name description tags cache_key_fn cache_expiration cache_result_in_memory timeout_seconds retry_condition_fn"
    " viz_return_value asset_deps"
).split()


def as_assets(given: Sequence[str | Asset] | None) -> list[Asset]:
    """Assets, of which some may be given by their keys."""
    found: list[Asset] = engine().as_assets(given) if given else []
    return found


def _checked_run_name(template: Any) -> Any:
    if template is not None and not isinstance(template, str) and not callable(template):
        raise TypeError(f"Expected string or callable for 'task_run_name'; got {type(template).__name__} instead.")
    return template


def _with_unmapped_defaults(task: Task[Any, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Defaults of parameters not given to `map` stand in every call, also if they are iterable."""
    missing = [name for name in task.binder.names if name not in parameters]
    defaults = {name: task.binder.signature.parameters[name] for name in missing}
    for name, parameter in defaults.items():
        if parameter.default is not parameter.empty:
            parameters[name] = unmapped(parameter.default)
    return parameters


@overload
def task(__fn: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(
    __fn: None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    tags: Iterable[str] | None = None,
    version: str | None = None,
    cache_policy: CachePolicy | type[NotSet] | None = NotSet,
    cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
    cache_expiration: timedelta | None = None,
    task_run_name: str | Callable[..., str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: float | list[float] | Callable[[int], list[float]] | None = None,
    retry_jitter_factor: float | None = None,
    persist_result: bool | None = None,
    result_storage: Any = None,
    result_storage_key: str | None = None,
    result_serializer: object = None,
    cache_result_in_memory: bool = True,
    timeout_seconds: float | None = None,
    log_prints: bool | None = None,
    refresh_cache: bool | None = None,
    on_completion: list[Hook] | None = None,
    on_failure: list[Hook] | None = None,
    on_running: list[Hook] | None = None,
    on_rollback: list[Hook] | None = None,
    on_commit: list[Hook] | None = None,
    retry_condition_fn: Callable[..., Any] | None = None,
    viz_return_value: object = None,
    asset_deps: Sequence[str | Asset] | None = None,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(__fn: object = None, /, **options: object) -> Any:
    """Make a function a task: its calls are recorded, and may be retried, cached, submitted and mapped.

    Args:
        name: shown to people; the function's name unless given.
        description: what it does; the docstring unless given.
        tags: for filters and tag limits; added to those of enclosing `tags` blocks.
        version: of the code.
        cache_policy, cache_key_fn, cache_expiration, refresh_cache: reuse results of like calls.
        task_run_name: a template over parameters, or a function returning the name.
        retries: tries after a failure, 0 by default.
        retry_delay_seconds: between tries: one for all, a list, or a function of `retries` returning a list.
        retry_jitter_factor: lengthens delays by up to this factor of themselves.
        retry_condition_fn: called with (task, run, state) after a failure; a retry needs it to return True.
        persist_result, result_storage, result_serializer, result_storage_key, cache_result_in_memory: where results go.
        timeout_seconds: time limit of each try.
        log_prints: record what is printed as log lines; as the flow does unless given.
        on_completion, on_failure, on_running: functions called with (task, run, state).
        on_rollback, on_commit: functions called with the transaction.

    Raises TypeError or ValueError, naming the option, for values that make no sense.
    """
    check_options("task", options, OPTIONS)
    options.setdefault("log_prints", None)
    return _made(__fn, options) if __fn is not None else lambda fn: _made(fn, options)


def _made(fn: Any, options: dict[str, Any]) -> Task[Any, Any]:
    if not isinstance(fn, (classmethod, staticmethod)):
        return Task(fn, **options)
    made: Task[Any, Any] = Task(fn.__func__, **options)
    made.isclassmethod = isinstance(fn, classmethod)
    made.isstaticmethod = isinstance(fn, staticmethod)
    return made
