"""Caching, persistence and transactions around a task's tries.

Only a task that asks for one of them, or runs inside a transaction, is a transaction itself; all others pay nothing.
A result is written before the run counts as completed, so that whoever sees it completed can read it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from prefect.core.lifecycle.outcome import HeldResult, exception_of, unwrap
from prefect.core.times import SECOND, to_datetime
from prefect.engine.calls.shapes import AnyState
from prefect.engine.config import EngineConfig
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.logs.loggers import task_run_logger
from prefect.engine.results.defaults import DEFAULT_STORAGE_KEY_FN
from prefect.engine.results.records import ResultRecord
from prefect.engine.results.store import ResultStore
from prefect.engine.results.transactions import BaseTransaction, Transaction
from prefect.engine.specs import TaskSpec
from prefect.engine.steps import Block, Steps
from prefect.exceptions import HashError

Execution = Any


def persists(task: TaskSpec, flow: FlowRunContext | None, config: EngineConfig) -> bool:
    """Whether the task's result is written to result storage: as it says, as its flow does, as configured."""
    for wish in (
        task.persist_result,
        config.task_default_persist_result,
        None if flow is None else flow.persist_result,
    ):
        if wish is not None:
            return bool(wish)
    return config.results_persist_by_default


def needs_transaction(task: TaskSpec, context: TaskRunContext | None) -> bool:
    """Whether a task's run is a transaction: it may be cached, its result persisted, or its work rolled back."""
    if task.on_rollback_hooks or task.on_commit_hooks or BaseTransaction.get_active() is not None:
        return True
    assert context is not None
    return bool(context.persist_result)


class CachedCall:
    """A task's tries within a transaction."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._task: TaskSpec = execution.task
        self._config: EngineConfig = execution.config
        self._persist = bool(execution.context.persist_result)
        self._transaction: Transaction
        self._store: ResultStore

    def steps(self) -> Steps[None]:
        """The tries, unless a cached result makes them needless."""
        execution = self._execution
        self._store = yield Block(lambda: execution.context.result_store)
        self._transaction = self._make_transaction()
        yield from self._transaction.enter_steps()
        try:
            if self._transaction.is_committed():
                found = yield from self._transaction.read_steps()
                yield from execution.enter_cached(found)
            else:
                execution.cached = self
                yield from execution.tries()
        except BaseException as error:
            yield from self._transaction.exit_steps(error)
            raise
        yield from self._transaction.exit_steps(_failure(execution.run.state))

    def keep(self, state: AnyState) -> Steps[None]:
        """Write the result of a try that succeeded, or leave that to the transaction around."""
        value = unwrap(state.data)
        record = self._store.create_result_record(value, self._transaction.key, self._expiration())
        hooks = list(self._task.on_rollback_hooks), list(self._task.on_commit_hooks)
        self._transaction.stage(record, *hooks)
        if self._transaction.parent is None:
            yield from self._transaction.commit_steps()
        if self._persist:
            state.data = record
            self._execution.run.cache_expiration = record.expiration

    def keep_failure(self, state: AnyState) -> Steps[None]:
        """Write the exception of a task run that failed, under a key of its own: no cache may find it."""
        if not self._persist:
            return
        try:
            record = self._store.create_result_record(unwrap(state.data), DEFAULT_STORAGE_KEY_FN())
            yield Block(partial(self._store.persist_result_record, record))
        except Exception as error:  # must not stand in for the failure itself
            self._execution.log(logging.WARNING, f"The exception of this run is not kept in result storage: {error}")
            return
        state.data = record

    def _make_transaction(self) -> Transaction:
        key = self._cache_key()
        policy = self._task.cache_policy
        refresh = self._config.task_refresh_cache if self._task.refresh_cache is None else self._task.refresh_cache
        self._execution.run.cache_key = key
        return Transaction(
            key=key or self._store.storage_key_fn(),
            store=self._store,
            isolation_level=getattr(policy, "isolation_level", None),
            overwrite=refresh or key is None,
            write_on_commit=self._persist,
            logger=task_run_logger(self._execution.context),
        )

    def _cache_key(self) -> str | None:
        """The key that the task's cache policy gives this call; None without caching, or if it cannot be computed."""
        policy, execution = self._task.cache_policy, self._execution
        if policy is None or not self._persist or self._config.task_disable_caching:
            return None
        flow = execution.flow
        flow_parameters = {} if flow is None else flow.parameters
        try:
            key: str | None = policy.compute_key(
                task_ctx=execution.context, inputs=execution.parameters, flow_parameters=flow_parameters
            )
        except HashError as error:
            execution.log(logging.WARNING, f"No cache key can be computed, so this call is not cached. {error}")
            return None
        except Exception as error:
            execution.log(
                logging.ERROR,
                "Error encountered when computing cache key - result will not be persisted.",
                error,
            )
            return None
        return key

    def _expiration(self) -> Any:
        lifetime: timedelta | None = self._task.cache_expiration
        if lifetime is None:
            return None
        return to_datetime(self._execution.clock.now() + int(lifetime.total_seconds() * SECOND))


def _failure(state: AnyState | None) -> BaseException | None:
    """The exception of a task run that failed, so that its transaction is rolled back."""
    return exception_of(state) if state is not None and state.is_failed() else None


def found_state_data(found: ResultRecord[Any] | None) -> Any:
    """What a cached state holds."""
    return HeldResult(None) if found is None else found
