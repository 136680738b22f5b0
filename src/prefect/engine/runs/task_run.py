"""Running one call of a task: what that means, once, as a generator of steps.

    identify ─▶ replayed? ─▶ begin ─▶ cached? ─▶ call ─▶ keep the result ─▶ end
                                        ▲          │
                                        └─ retry ──┘

Recording returns at once, so it is done on the way; what may wait (the user's function, pauses, result storage) is yielded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import HeldResult, unwrap
from prefect.core.lifecycle.runs import TaskRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.times import SECOND, to_datetime
from prefect.engine.assets.lineage import NO_ASSETS, follow, tell
from prefect.engine.calls.identity import SCALARS, call_key, equality_key, fingerprint, stand_in
from prefect.engine.calls.inputs import Resolver
from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.config import EngineConfig
from prefect.engine.context import FlowRunContext, TaskRunContext, caller_key, current_tags
from prefect.engine.logs.loggers import log_task_line
from prefect.engine.logs.masking import remember_parameters
from prefect.engine.logs.traces import users_part
from prefect.engine.results.records import ResultRecord
from prefect.engine.runs import tag_slots
from prefect.engine.runs.caching import CachedCall, found_state_data, needs_transaction, persists
from prefect.engine.runs.failures import crashed_state, describe, fingerprint_json
from prefect.engine.runs.final_state import returned_state
from prefect.engine.runs.hooks import run_hooks
from prefect.engine.runs.keeping import NOT_KEPT, keep, keep_reference, recorded_state
from prefect.engine.runs.naming import templated_name
from prefect.engine.runs.recorder import TaskRecorder
from prefect.engine.runs.retrying import Condition, failure_text, retry_delay
from prefect.engine.runtime import Runtime
from prefect.engine.specs import TaskSpec
from prefect.engine.steps import Block, Call, Sleep, Steps
from prefect.engine.timeouts import TaskRunTimeoutError
from prefect.exceptions import CircularFuture, UpstreamTaskError

_GOLDEN = 0x9E3779B1
"""Multiplying by this odd number (Knuth's) scatters counters over the digits."""


class TaskExecution:
    """One call of a task, from its parameters to its final state.

    Args:
        task: the task.
        parameters: by name; may contain futures and states.
        runtime, config: what to run with.
        wait_for: what must complete first.
        map_index: position within a `map`.
        submitted: the moment at which a runner took the call.
        dynamic_key: tells apart calls of one task; made up unless given.
    """

    __slots__ = (
        "_tries_before",
        "cached",
        "call_key",
        "clock",
        "collect",
        "config",
        "context",
        "flow",
        "map_index",
        "parameters",
        "recorder",
        "run",
        "runtime",
        "state",
        "submitted",
        "task",
        "upstream",
        "value",
        "wait_for",
    )

    def __init__(
        self,
        task: TaskSpec,
        parameters: Parameters,
        runtime: Runtime,
        config: EngineConfig,
        wait_for: Iterable[Any] | None = None,
        task_run_id: UUID | None = None,
        map_index: int | None = None,
        submitted: int | None = None,
    ) -> None:
        self.task = task
        self.parameters = parameters
        self.runtime = runtime
        self.config = config
        self.wait_for = wait_for
        self.clock = runtime.clock
        self.flow = FlowRunContext.current.get()
        self.map_index = map_index
        self.submitted = submitted
        self.call_key: bytes | None = None
        self._tries_before = 0
        self.cached: CachedCall | None = None
        self.upstream = NO_ASSETS
        self.collect: Callable[[dict[str, Any]], Any] | None = None
        """Calls a generator function to its end, where nobody goes through its items."""
        self.value: Any = None
        """What the function returned, if that was a state."""
        self.state: AnyState | None = None
        self.run = self._make_run(task_run_id)
        self.context: TaskRunContext | None = None
        self.recorder = self._make_recorder()

    # --- the table of contents

    def steps(self) -> Steps[AnyState]:
        """The call from beginning to end; returns its final state."""
        if not self._resolve_inputs():
            return self._final()
        replayed = self._replay()
        task, flow = self.task, self.flow
        if task.assets or task.asset_deps or (flow is not None and flow.assets):
            self._follow_assets()
        if replayed:
            return self._final()
        limited = tag_slots.limited(self.runtime, self.run.tags) if self.run.tags else ()
        if limited:
            yield from self._with_slots(limited)
        else:
            self._begin()
            yield from self._inside()
        return self._final()

    def _with_slots(self, limited: Sequence[str]) -> Steps[None]:
        """The call, once there is a slot of every limit on its tags."""
        self._make_ready()
        try:
            holder = yield from tag_slots.hold(self.runtime, self.recorder, limited)
        except BaseException as error:
            self._crash(error)
            raise
        try:
            self.recorder.enter_briefly(State.at(self.clock.now(), StateType.RUNNING, "Running"))
            yield from self._inside()
        except BaseException:
            tag_slots.give_back(self.runtime, holder)
            raise
        yield Block(partial(tag_slots.give_back, self.runtime, holder))

    def _inside(self) -> Steps[None]:
        token = TaskRunContext.current.set(self.context)
        try:
            yield from self._enter_hooks(self.task.on_running_hooks)
            if needs_transaction(self.task, self.context):
                yield from CachedCall(self).steps()
            else:
                yield from self.tries()
            yield from self._final_hooks()
        except GeneratorExit:
            raise
        except BaseException as error:
            self._crash(error)
            raise
        finally:
            TaskRunContext.current.reset(token)

    def tries(self) -> Steps[None]:
        """Call the function until it succeeds or there are no retries left."""
        while True:
            failure: BaseException | AnyState
            try:
                call = partial(self.collect or self.task.binder.call, self.parameters)
                value = yield Call(call, self.task.timeout_seconds, TaskRunTimeoutError)
            except Exception as error:
                failure = error
            else:
                self.value = value if isinstance(value, State) else None
                state = returned_state(value, self.clock.now())
                if not state.is_failed():
                    yield from self._succeed(state)
                    return
                failure = state
            if not (yield from self._retry(failure)):
                yield from self._fail(failure)
                return

    # --- before the call

    def _make_run(self, task_run_id: UUID | None) -> TaskRun:
        run_id = task_run_id or self.clock.new_id()
        task = self.task
        name = task.name if self.flow is None else f"{task.name}-{name_suffix(run_id.int)}"
        run = TaskRun(run_id, name, task.task_key, f"{run_id.int:032x}")
        run.task_name = task.name
        run.map_index = self.map_index
        run.submitted = self.submitted
        run.created_at = self.clock.now()
        run.flow_run_run_count = 0
        if task.version is not None:
            run.task_version = task.version
        tags = task.tags | current_tags()
        if tags:
            run.tags = sorted(tags)
        parent = TaskRunContext.current.get()
        if parent is not None:
            run.parent_task_run_id = parent.task_run.id
        if self.flow is not None:
            run.flow_run_id = self.flow.flow_run.id
            run.flow_run_run_count = self.flow.flow_run.run_count
        return run

    def _make_recorder(self) -> TaskRecorder:
        attempt = 1 if self.flow is None else self.flow.attempt
        record = self.runtime.backend.record if self.flow is None else self.flow.record
        return TaskRecorder(self.run, record, self.clock, attempt, self.task.policy_json)

    def _resolve_inputs(self) -> bool:
        """Replace futures by results and tell which calls this one depends on; False if one of them failed."""
        if self.wait_for is None and SCALARS.issuperset(map(type, self.parameters.values())):
            self._identify(self.parameters)
            self.run.task_inputs = self.task.binder.no_inputs
            return True
        resolver = Resolver(None if self.flow is None else self.flow.results, self.run.id)
        try:
            if self.wait_for is not None:
                resolver.wait_for(self.wait_for)
            self._identify(self.parameters)
            self.parameters = resolver.resolve(self.parameters)
            remember_parameters(self.parameters)
        except UpstreamTaskError as error:
            self._not_ready(error, resolver)
            return False
        except CircularFuture as error:
            self._refuse(error, resolver)
            return False
        self.run.task_inputs = resolver.inputs
        return True

    def _refuse(self, error: Exception, resolver: Resolver) -> None:
        """Fail without calling the function, which has no inputs to be called with."""
        self.run.task_inputs = resolver.inputs
        self.context = self._make_context()
        self.recorder.failure = fingerprint_json(error)
        self._enter_final(self._failed_state(error), logging.ERROR)

    def _identify(self, parameters: dict[str, object]) -> None:
        """Work out the call's key, within a flow that may be resumed."""
        flow = self.flow
        if flow is None or not self.config.replay_on_resume:
            return
        seen = parameters
        if flow.results:
            seen = {name: _origin_key(flow, value) for name, value in parameters.items()}
        equal = equality_key(caller_key(), self.task.task_key, fingerprint(seen))
        self.call_key = self.run.call_key = call_key(equal, flow.calls.next(equal))

    def _not_ready(self, error: UpstreamTaskError, resolver: Resolver) -> None:
        self.run.task_inputs = resolver.inputs
        self.context = self._make_context()
        state: AnyState = State.at(self.clock.now(), StateType.PENDING, "NotReady", str(error))
        state.belong_to(self.run.flow_run_id, self.run.id)
        self.recorder.enter(state)
        log_task_line(self.context, logging.ERROR, f"Finished in state {self.run.state}")

    def _replay(self) -> bool:
        """Whether an earlier attempt has finished this very call; its recorded result then is this call's."""
        if self.flow is None or self.flow.replay is None or self.call_key is None:
            return False
        recorded = self.flow.replay.find(self.call_key)
        if recorded is None:
            return False
        state = recorded_state(recorded, self.config)
        self.run.id = recorded.run_id
        self.run.name = f"{self.task.name}-{name_suffix(recorded.run_id.int)}"
        self.run.dynamic_key = f"{recorded.run_id.int:032x}"
        if state is None:
            recorded.goes_on_as(self.run)
            self.recorder = self._make_recorder()
            return False
        self.run.state = state
        self.flow.results.add(unwrap(state.data), self.run.id, self.call_key)
        return True

    def _begin(self) -> None:
        """Record Pending and Running, and make the context the function will see."""
        self._prepare()
        self.recorder.start(self.clock.now())

    def _make_ready(self) -> None:
        """Record Pending, where more has to be waited for, and make the context the function will see."""
        self._prepare()
        self.recorder.pass_through(State.at(self.clock.now(), StateType.PENDING, "Pending"))

    def _prepare(self) -> None:
        self.context = self._make_context()
        self._tries_before = self.run.run_count
        template = self.task.task_run_name
        if template is not None:
            token = TaskRunContext.current.set(self.context)
            try:
                self.run.name = templated_name(template, self.parameters, "task_run_name")
            finally:
                TaskRunContext.current.reset(token)

    def _make_context(self) -> TaskRunContext:
        moment = self.clock.now()
        context = TaskRunContext(
            self.task, self.run, self.parameters, self.runtime, self.config, self.flow, moment, self.call_key
        )
        context.persist_result = persists(self.task, self.flow, self.config)
        return context

    # --- another try

    def _retry(self, failure: BaseException | AnyState) -> Steps[bool]:
        """Wait for the next try and begin it; False if there is none."""
        task, run = self.task, self.run
        tried = run.run_count - self._tries_before
        if tried > task.retries or not (yield from self._condition_holds(failure)):
            self._log_failure(failure)
            return False
        delay = retry_delay(task.retry_delay_seconds, tried, task.retry_jitter_factor, self.clock.random())
        when = f"{delay} second(s) from now" if delay else "immediately"
        self.log(logging.INFO, f"{failure_text(failure)} - Retry {tried}/{task.retries} will start {when}")
        if delay:
            due = StateDetails(scheduled_time=to_datetime(self.clock.now() + int(delay * SECOND)))
            self.recorder.enter(State.at(self.clock.now(), StateType.SCHEDULED, "AwaitingRetry", details=due))
            yield Sleep(delay)
        self.recorder.enter(State.at(self.clock.now(), StateType.RUNNING, "Retrying"))
        yield from self._enter_hooks(task.on_running_hooks)
        return True

    def _condition_holds(self, failure: BaseException | AnyState) -> Steps[bool]:
        condition = self.task.retry_condition_fn
        if condition is None:
            return True
        state = failure
        if not isinstance(failure, State):
            message = f"Task run encountered unexpected exception: {failure!r}"
            state = State.at(self.clock.now(), StateType.FAILED, "Failed", message, HeldResult(failure))
        try:
            holds: bool = yield Condition(partial(condition, self.task, self.run, state))
            return holds
        except Exception as error:
            self.log(logging.ERROR, "An error was encountered while running the retry condition", error)
            return False

    def _log_failure(self, failure: BaseException | AnyState) -> None:
        """Log why the run failed; the traceback, there and for the caller, begins with the user's own code."""
        if isinstance(failure, BaseException):
            failure.__traceback__ = users_part(failure.__traceback__)
        error = None if isinstance(failure, State) else failure
        self.log(
            logging.ERROR,
            failure_text(failure) + (" - Retries are exhausted" if error and self.task.retries else ""),
            error,
        )

    def _failed_state(self, error: BaseException) -> AnyState:
        return failed_state(error, self.task.timeout_seconds, self.clock.now())

    # --- how it ends

    def _succeed(self, state: AnyState) -> Steps[None]:
        if state.is_completed():
            if self.cached is not None:
                yield from self.cached.keep(state)
            if self.call_key is not None and self.flow is not None:
                self.recorder.result = yield from self._keep_for_replay(state.data)
                held = state.data
                value = held.result if type(held) is HeldResult else unwrap(held)
                self.flow.results.add(value, self.run.id, self.call_key)
        self._enter_final(state, logging.INFO if state.is_completed() else logging.ERROR)

    def _opts_out(self) -> bool:
        """Whether the task, or its flow, says that results are not to be written anywhere."""
        own, flow = self.task.persist_result, self.flow
        return own is False or (own is None and flow is not None and flow.flow.persist_result is False)

    def _keep_for_replay(self, data: Any) -> Steps[tuple[str | None, bytes | None]]:
        if isinstance(data, ResultRecord) and data.is_persisted:
            return keep_reference(data)
        flow_run_id = self.run.flow_run_id
        if flow_run_id is None or self._opts_out():
            return NOT_KEPT
        return (yield from keep(data.get(), self.config, flow_run_id, self.run.id))

    def _fail(self, failure: BaseException | AnyState) -> Steps[None]:
        if isinstance(failure, State):
            self._enter_final(failure, logging.ERROR)
            return
        self.recorder.failure = fingerprint_json(failure)
        state = self._failed_state(failure)
        if self.cached is not None:
            yield from self.cached.keep_failure(state)
        self._enter_final(state, logging.ERROR)

    def _crash(self, error: BaseException) -> None:
        if self.run.state is not None and self.run.state.is_final():
            return
        state = crashed_state(error, self.clock.now())
        self.recorder.failure = fingerprint_json(error)
        self.recorder.enter(state)
        self.log(logging.ERROR, f"Crash detected! {state.message}")
        self.log(logging.ERROR, f"Finished in state {state}")

    def enter_cached(self, found: ResultRecord[Any] | None) -> Steps[None]:
        """End with a result found in the cache."""
        data = found_state_data(found)
        state: AnyState = State.at(self.clock.now(), StateType.COMPLETED, "Cached", None, data)
        yield from self._succeed(state)

    def _enter_final(self, state: AnyState, level: int) -> None:
        state.belong_to(self.run.flow_run_id, self.run.id)
        self.recorder.enter(state)
        assert self.context is not None
        log_task_line(self.context, level, f"Finished in state {state}")

    def _final(self) -> AnyState:
        assert self.run.state is not None
        return self.run.state

    # --- hooks and logs

    def log(self, level: int, message: str, error: BaseException | None = None) -> None:
        """Log a line about this run."""
        assert self.context is not None
        exc_info = None if error is None else (type(error), error, users_part(error.__traceback__))
        log_task_line(self.context, level, message, exc_info)

    def _enter_hooks(self, hooks: Any) -> Steps[None]:
        if hooks:
            yield from run_hooks(hooks, self.task, self.run, self._final(), self.log)

    def _follow_assets(self) -> None:
        """Work out what assets the run's result comes from."""
        self.upstream = follow(self.task, self.run, self.flow)

    def _final_hooks(self) -> Steps[None]:
        state = self._final()
        if self.task.assets and self.context is not None:
            tell(self.context, self.upstream, state)
        if state.is_failed():
            yield from self._enter_hooks(self.task.on_failure_hooks)
        elif state.is_completed():
            yield from self._enter_hooks(self.task.on_completion_hooks)


def name_suffix(run_id: int) -> str:
    """Three hexadecimal digits that differ between runs made one after another."""
    return f"{(run_id >> 16) * _GOLDEN >> 20 & 0xFFF:03x}"


def _origin_key(flow: FlowRunContext, value: object) -> object:
    """What a parameter is fingerprinted by: the call it came from, or its own content."""
    origin = flow.results.origin(value)
    return stand_in(value) if origin is None or origin.call_key is None else ("call", origin.call_key)


def failed_state(error: BaseException, timeout: float | None, moment: int) -> AnyState:
    """The state of a task run whose function raised."""
    if isinstance(error, TimeoutError):
        ours = isinstance(error, TaskRunTimeoutError)
        message = (
            f"Task run exceeded timeout of {timeout} second(s)"
            if ours
            else f"Task run failed due to timeout: {error!r}"
        )
        return State.at(moment, StateType.FAILED, "TimedOut", message, HeldResult(error))
    return State.at(
        moment,
        StateType.FAILED,
        "Failed",
        f"Task run encountered an exception {describe(error)}",
        HeldResult(error),
    )
