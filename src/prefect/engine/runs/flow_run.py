"""Running a flow: what that means, once, as a generator of steps.

    parameters ─▶ Pending, Running ─▶ call ─▶ tasks still going ─▶ final state
                                       ▲                               │
                                       └──────── AwaitingRetry ────────┘

A flow run's states are decided by the backend, each in a transaction that is committed when the step returns; everything
recorded before is committed with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import HeldResult, unwrap
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.ports import Transition
from prefect.core.times import SECOND
from prefect.engine.calls import stopping
from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.config import EngineConfig
from prefect.engine.context import FlowRunContext, TaskRunContext, tags
from prefect.engine.logs.loggers import flush_console, log_flow_line
from prefect.engine.logs.masking import mask
from prefect.engine.logs.traces import users_part
from prefect.engine.runs.failures import cancelled_state, crashed_state, describe
from prefect.engine.runs.final_state import returned_state
from prefect.engine.runs.hooks import run_hooks
from prefect.engine.runs.keeping import forget_replay
from prefect.engine.runs.starting import FlowStart
from prefect.engine.runtime import Runtime
from prefect.engine.specs import FlowSpec
from prefect.engine.steps import Block, Call, Sleep, Steps
from prefect.engine.timeouts import FlowRunTimeoutError
from prefect.exceptions import Abort, Pause, UpstreamTaskError


class FlowExecution:
    """One attempt at a flow run, from its parameters to its final state.

    Args:
        flow: the flow.
        parameters: by name; may contain futures and states.
        runtime, config: what to run with.
        wait_for: what must complete first.
        flow_run_id: an existing run to resume; a new one is made otherwise.
        replay_from: ids of task runs that are run again, and everything after them, when resuming.
    """

    def __init__(
        self,
        flow: FlowSpec,
        parameters: Parameters,
        runtime: Runtime,
        config: EngineConfig,
        wait_for: Iterable[Any] | None = None,
        flow_run_id: UUID | None = None,
        replay_from: UUID | None = None,
    ) -> None:
        self.flow = flow
        self.runtime = runtime
        self.config = config
        self.clock = runtime.clock
        self.start = FlowStart(flow, parameters, runtime, config, wait_for, flow_run_id, replay_from)
        self.run: FlowRun
        self.context: FlowRunContext
        self.attempt = 1

    # --- the table of contents

    def steps(self) -> Steps[AnyState]:
        """The run from beginning to end; returns its final state."""
        try:
            self.start.resolve_inputs()
        except UpstreamTaskError as error:
            return self.start.not_ready(error)
        replayed = yield from self.start.replayed()
        if replayed is not None:
            return replayed
        transition: Transition = yield Block(self.start.begin)
        yield from self._wait_until_running(transition)
        self.context = self.start.make_context(self.run, self.attempt)
        task_token = TaskRunContext.current.set(None)
        with stopping.executing(self.run.id), self.context, tags(*self.run.tags):
            try:
                yield from self._inside()
            finally:
                TaskRunContext.current.reset(task_token)
        return self._final()

    def _inside(self) -> Steps[None]:
        try:
            self.log(logging.INFO, self.start.greeting(self.run))
            yield from self._hooks(self.flow.on_running_hooks)
            yield from self._tries()
            yield from self._final_hooks()
        except GeneratorExit:
            self._abandon(GeneratorExit("The flow's generator was closed."))
            raise
        except Pause as pause:
            yield from self._leave(pause)
            raise
        except BaseException as error:
            yield from self._crash(error)
            raise
        finally:
            self.start.finish(self.run.state)

    def _tries(self) -> Steps[None]:
        while True:
            state = yield from self._call()
            state = yield from self._finish(state)
            transition: Transition = yield Block(partial(self._propose, state))
            if transition.verdict.outcome is Outcome.ABORT:
                raise Abort(transition.verdict.reason)
            entered = transition.verdict.state
            if entered is None or entered.is_final():
                self._ended(state)
                return
            yield from self._again(entered)

    def _call(self) -> Steps[AnyState]:
        """Call the function; returns the state its return value or exception amounts to."""
        try:
            parameters = self.start.validated_parameters()
        except Exception as error:
            message = f"Validation of flow parameters failed with error: {describe(error)}"
            return self._failed(message, error)
        self.context.parameters = parameters
        try:
            value = yield Call(
                partial(self.flow.binder.call, parameters), self.flow.timeout_seconds, FlowRunTimeoutError
            )
            yield Block(self._settle_futures(value))
            return returned_state(value, self.clock.now())
        except FlowRunTimeoutError as error:
            return self._timed_out(error)
        except Exception as error:
            error.__traceback__ = users_part(error.__traceback__)
            self.log(logging.ERROR, f"Encountered exception during execution: {error!r}", error)
            return self._failed(f"Flow run encountered an exception: {describe(error)}", error)

    def _finish(self, state: AnyState) -> Steps[AnyState]:
        """Wait for everything submitted; what feeds a streaming map may fail as late as here."""
        try:
            yield Block(self._finish_tasks)
            yield from self._persist(state)
        except Exception as error:
            if state.is_completed():
                self.log(logging.ERROR, f"Encountered exception during execution: {error!r}", error)
                return self._failed(f"Flow run encountered an exception: {describe(error)}", error)
        return state

    # --- states

    def _wait_until_running(self, transition: Transition) -> Steps[None]:
        """Ask again while the run has to wait for its time or for a slot. Raises Abort if it may not run."""
        while transition.verdict.outcome is Outcome.WAIT:
            until = transition.verdict.wait_until or 0
            yield Sleep(max(until - self.clock.now(), 0) / SECOND)
            transition = yield Block(self.start.begin)
        self.run = transition.run
        self.attempt = max(self.run.attempt, 1)
        if transition.verdict.outcome is not Outcome.ACCEPT:
            raise Abort(transition.verdict.reason)

    def _propose(self, state: AnyState) -> Transition:
        if state.message is not None:
            state.message = mask(state.message)
        transition = self.runtime.backend.propose(self.run.id, (state,), self.attempt)
        if transition.verdict.state is not None:
            self._moved_on(transition.run)
        return transition

    def _moved_on(self, run: FlowRun) -> None:
        """Take over what the record now says of the run; those who hold the run object see it."""
        self.run.__dict__.update(run.__dict__)

    def _again(self, waiting: AnyState) -> Steps[None]:
        """Wait for the next try of the same attempt and begin it."""
        message = f"Received non-final state {waiting.name!r} when proposing final state 'Failed' and will attempt to run again..."
        self.log(logging.INFO, message)
        due = self.run.next_scheduled_start or 0
        yield Sleep(max(due - self.clock.now(), 0) / SECOND)
        retrying: AnyState = State.at(self.clock.now(), StateType.RUNNING, "Running")
        transition: Transition = yield Block(partial(self._propose, retrying))
        if transition.verdict.outcome is not Outcome.ACCEPT:
            raise Abort(transition.verdict.reason)
        self.context.begin_again()
        yield from self._hooks(self.flow.on_running_hooks)

    def _failed(self, message: str, error: BaseException) -> AnyState:
        return State.at(self.clock.now(), StateType.FAILED, "Failed", message, HeldResult(error))

    def _timed_out(self, error: BaseException) -> AnyState:
        message = f"Flow run exceeded timeout of {self.flow.timeout_seconds} second(s)"
        self.log(logging.ERROR, message)
        self.context.cancel_tasks()
        final = StateDetails(retriable=False)
        return State.at(self.clock.now(), StateType.FAILED, "TimedOut", message, HeldResult(error), final)

    def _ended(self, proposed: AnyState) -> None:
        """The state that the record took, with the value that only this process holds."""
        state = self._final()
        if state.type is proposed.type:  # a run that was being cancelled ends as such, whatever it returned
            state.data = proposed.data
        if state.is_completed():
            forget_replay(self.config, self.run.id)
        state.belong_to(self.run.id, None)
        self.log(logging.INFO, f"Finished in state {state}")
        flush_console()

    def _crash(self, error: BaseException) -> Steps[None]:
        if self.run.state is not None and self.run.state.is_final():
            return
        state = self._abandon(error)
        if isinstance(error, Abort):
            return  # asked for: by the record, or by the flow itself
        hooks = self.flow.on_cancellation_hooks if state.is_cancelled() else self.flow.on_crashed_hooks
        yield from run_hooks(hooks, self.flow, self.run, state, self.log)

    def _leave(self, pause: Pause) -> Steps[None]:
        """Let go of a run that is suspended; anything else that ends it by this signal is a crash."""
        state = self._final()
        if not state.is_paused():
            yield from self._crash(pause)
            return
        self.log(logging.INFO, f"Finished in state {state}")
        flush_console()
        yield Block(self.runtime.backend.flush)

    def _abandon(self, error: BaseException) -> AnyState:
        """Record that the run was ended from outside, without waiting for tasks that cannot be stopped."""
        self.context.cancel_tasks()
        told = stopping.is_told(error)
        state = cancelled_state(self.clock.now()) if told else crashed_state(error, self.clock.now())
        self._propose(state)
        self.log(logging.INFO if told else logging.ERROR, "Cancelled." if told else f"Crash detected! {state.message}")
        final = self._final()
        final.data = state.data
        self.runtime.backend.flush()
        return final

    def _final(self) -> AnyState:
        assert self.run.state is not None
        return self.run.state

    def _persist(self, state: AnyState) -> Steps[None]:
        """Write the result to result storage, if the flow asks for that."""
        if self.context.persist_result and state.is_completed():
            state.data = yield Block(partial(persisted, self.context.result_store, unwrap(state.data)))

    # --- tasks

    def _finish_tasks(self) -> None:
        """Wait for everything that was submitted."""
        self.context.finish_tasks()

    def _settle_futures(self, value: object) -> Any:
        return partial(returned_state, value, 0)

    # --- hooks and logs

    def log(self, level: int, message: str, error: BaseException | None = None) -> None:
        """Log a line about this run."""
        exc_info = None if error is None else (type(error), error, users_part(error.__traceback__))
        log_flow_line(self.context, level, message, exc_info)

    def _hooks(self, hooks: Any) -> Steps[None]:
        if hooks:
            yield from run_hooks(hooks, self.flow, self.run, self._final(), self.log)

    def _final_hooks(self) -> Steps[None]:
        state = self._final()
        by_type = {
            StateType.COMPLETED: self.flow.on_completion_hooks,
            StateType.FAILED: self.flow.on_failure_hooks,
            StateType.CRASHED: self.flow.on_crashed_hooks,
        }
        yield from self._hooks(by_type.get(state.type, ()))


def persisted(store: Any, value: Any) -> Any:
    """A record of `value`, written to `store`."""
    record = store.create_result_record(value)
    store.persist_result_record(record)
    return record
