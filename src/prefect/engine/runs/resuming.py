"""Runs that stand still, by themselves or by force, and how they go on.

A paused run waits in its process, which looks at the record until somebody resumes it. A suspended run has none: when it
is resumed it is started again, as a crashed run is, and replay returns what had finished. Each pause has a key by which
the run passes it the second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.ports import Transition
from prefect.core.times import SECOND, to_datetime
from prefect.engine.context import FlowRunContext
from prefect.engine.logs.loggers import get_run_logger
from prefect.engine.runs.entry import surroundings
from prefect.engine.runs.keeping import PARAMETERS, kept_parameters
from prefect.engine.runs.starting import going_on_state
from prefect.engine.runtime import Runtime
from prefect.engine.specs import FlowSpec
from prefect.engine.steps import Block, Sleep, Steps
from prefect.exceptions import Abort, FlowPauseTimeout, NotPausedError, ParameterBindError, Pause


def stored_parameters(flow: FlowSpec, flow_run_id: UUID, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The parameters a run was started with, `given` ones in their place, and defaults for those it lacks.

    Raises ObjectNotFound if there is no such run, ParameterBindError if a parameter could not be kept and is not given.
    """
    runtime, config = surroundings()
    run = runtime.backend.read_flow_run(flow_run_id)
    recorded = {**run.parameters, **kept_parameters(run.context, config), **(given or {})}
    kept: Any = run.context.get(PARAMETERS, {})
    missing = sorted(set(kept.get("missing", ())) - set(given or ()))
    if missing:
        raise ParameterBindError(
            f"Parameter {missing[0]!r} of flow run {str(flow_run_id)!r} could not be kept, because it cannot be pickled or"
            f" is too large. Give it anew: flow.resume(run_id, parameters={{{missing[0]!r}: ...}})."
        )
    for name, parameter in flow.binder.signature.parameters.items():
        if name not in recorded and parameter.default is not parameter.empty:
            recorded[name] = parameter.default
    return recorded


# --- standing still, and going on


class Stop:
    """A pause or suspension that a running flow asks for.

    Args:
        context: the flow run that asks.
        key: tells this one from others of the run; their number in it unless given.
        timeout: seconds after which the run can no longer be resumed; None for no limit.
    """

    def __init__(self, context: FlowRunContext, key: str | None, timeout: float | None) -> None:
        self._context = context
        self._runtime = context.runtime
        self._key = key or str(next(context.stops))
        self._timeout = timeout

    def pause(self, poll_interval: float) -> Steps[None]:
        """Wait in this process until somebody resumes the run; nothing happens if it has been through this pause.

        Raises FlowPauseTimeout if nobody does, RuntimeError if the run cannot be paused, Abort if it was ended meanwhile.
        """
        self._log("Pausing flow, execution will continue when this flow run is resumed.")
        if not (yield from self._enter("Paused", reschedule=False)):
            return
        clock = self._runtime.clock
        deadline = clock.monotonic() + (float("inf") if self._timeout is None else self._timeout)
        while (left := deadline - clock.monotonic()) > 0:
            yield Sleep(min(poll_interval, left))
            run: FlowRun = yield Block(partial(self._runtime.backend.read_flow_run, self._context.flow_run.id))
            assert run.state is not None
            if run.state.is_running():
                self._context.flow_run.__dict__.update(run.__dict__)
                self._log("Resuming flow run execution!")
                return
            if run.state.is_final():
                raise Abort(f"Flow run {run.name!r} was ended while it was paused: {run.state}.")
        raise FlowPauseTimeout("Flow run was paused and never resumed.")

    def suspend(self) -> Steps[None]:
        """Finish what was submitted, record the run as suspended and leave it; nothing happens the second time.

        Raises Pause, which ends the flow, or RuntimeError if the run cannot be suspended.
        """
        self._log("Suspending flow run, execution will be rescheduled when this flow run is resumed.")
        if self._context.flow_run.parent_flow_run_id is not None:
            raise RuntimeError("Flow run cannot be suspended: Cannot suspend subflows.")
        yield Block(self._context.finish_tasks)
        if (yield from self._enter("Suspended", reschedule=True)):
            run = self._context.flow_run
            how = f"Go on with it by: prefect flow-run retry {run.id}"
            raise Pause(f"Flow run {run.name!r} is suspended until it is resumed. {how}", state=run.state)

    def _enter(self, name: str, reschedule: bool) -> Steps[bool]:
        """Enter PAUSED; False if the run has been there by this key before."""
        context, now = self._context, self._runtime.clock.now()
        limit = None if self._timeout is None else to_datetime(now + int(self._timeout * SECOND))
        details = StateDetails(pause_key=self._key, pause_reschedule=reschedule, pause_timeout=limit)
        state: State[object] = State.at(now, StateType.PAUSED, name, details=details)
        propose = partial(self._runtime.backend.propose, context.flow_run.id, (state,), context.attempt)
        transition: Transition = yield Block(propose)
        if transition.verdict.outcome is Outcome.ACCEPT:
            context.flow_run.__dict__.update(transition.run.__dict__)
            return True
        if transition.verdict.outcome is Outcome.ABORT:
            raise Abort(transition.verdict.reason)
        if transition.run.state is None or not transition.run.state.is_running():
            raise RuntimeError(f"Flow run cannot be {name.lower()}: {transition.verdict.reason}")
        return False

    def _log(self, message: str) -> None:
        get_run_logger().info(message)


def suspend_from_outside(runtime: Runtime, run_id: UUID, timeout: float | None, key: str | None) -> Steps[None]:
    """Suspend a run that is running elsewhere. Raises RuntimeError if it is not, ObjectNotFound."""
    run: FlowRun = yield Block(partial(runtime.backend.read_flow_run, run_id))
    now = runtime.clock.now()
    limit = None if timeout is None else to_datetime(now + int(timeout * SECOND))
    details = StateDetails(pause_key=key, pause_reschedule=True, pause_timeout=limit)
    state: State[object] = State.at(now, StateType.PAUSED, "Suspended", details=details)
    transition: Transition = yield Block(partial(runtime.backend.propose, run_id, (state,), run.attempt))
    if transition.verdict.outcome is not Outcome.ACCEPT:
        raise RuntimeError(
            f"Flow run cannot be suspended. Received unexpected state from API: {transition.run.state}."
            f" {transition.verdict.reason or ''}"
        )


def resume(runtime: Runtime, run_id: UUID) -> Steps[None]:
    """Let a paused run go on where it waits, and a suspended one be started again.

    Raises NotPausedError if it is neither, FlowPauseTimeout if its time is over, ObjectNotFound.
    """
    run: FlowRun = yield Block(partial(runtime.backend.read_flow_run, run_id))
    if run.state is None or not run.state.is_paused():
        raise NotPausedError("Cannot resume a run that isn't paused!")
    going_on = going_on_state(run.state, runtime.clock.now())
    transition: Transition = yield Block(partial(runtime.backend.propose, run_id, (going_on,), run.attempt))
    if transition.verdict.outcome is Outcome.ACCEPT:
        return
    if transition.run.state is not None and transition.run.state.is_failed():
        raise FlowPauseTimeout("Flow run can no longer be resumed.")
    raise RuntimeError(f"Cannot resume flow run {run.name!r} ({run_id}): {transition.verdict.reason}")
