"""How a flow run comes to be: as a new run, as the child of another, or as a further attempt at an earlier one.

A child stands in its parent's record as a task run of its own, whose state follows the child's; its key is what tells
this call of the subflow from others when the parent is resumed.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import KeptResult
from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.ports import FlowRunRequest, RecordedCall, Transition
from prefect.core.times import to_datetime
from prefect.engine.calls.identity import call_key, equality_key, fingerprint, stand_in
from prefect.engine.calls.inputs import Resolver
from prefect.engine.calls.replay import Replay
from prefect.engine.calls.shapes import AnyState
from prefect.engine.calls.validation import secret_names
from prefect.engine.config import EngineConfig
from prefect.engine.context import FlowRunContext, TaskRunContext, caller_key, current_tags
from prefect.engine.logs.masking import mask_plain, remember, remember_parameters, texts_in
from prefect.engine.runs.keeping import keep_parameters, keep_small, recorded_state
from prefect.engine.runs.naming import templated_name
from prefect.engine.runs.recorder import TaskRecorder
from prefect.engine.runtime import Runtime
from prefect.engine.specs import FlowSpec
from prefect.engine.steps import Block, Steps
from prefect.exceptions import UpstreamTaskError
from prefect.utilities.names import generate_slug


class FlowStart:
    """Everything about a flow run that is settled before its function is called."""

    def __init__(
        self,
        flow: FlowSpec,
        parameters: dict[str, Any],
        runtime: Runtime,
        config: EngineConfig,
        wait_for: Iterable[Any] | None,
        flow_run_id: UUID | None,
        replay_from: UUID | None,
    ) -> None:
        self.flow = flow
        self.parameters = parameters
        self.runtime = runtime
        self.config = config
        self.clock = runtime.clock
        self.wait_for = wait_for
        self.flow_run_id = flow_run_id
        self.replay_from = replay_from
        self.parent = FlowRunContext.current.get()
        self.call_key: bytes | None = None
        self.resuming = flow_run_id is not None
        self._validated: dict[str, Any] | None = None
        self._invalid: Exception | None = None
        self._inputs: dict[str, Any] = {}
        self.child: TaskRecorder | None = None

    # --- inputs

    def resolve_inputs(self) -> None:
        """Replace futures by results. Raises UpstreamTaskError if one of them failed."""
        resolver = Resolver(None if self.parent is None else self.parent.results)
        if self.parent is not None:
            self._identify(self.parent)
        self._inputs = resolver.inputs
        if self.wait_for is not None:
            resolver.wait_for(self.wait_for)
        self.parameters = resolver.resolve(self.parameters)
        self._validate()
        self._remember_secrets()

    def _identify(self, parent: FlowRunContext) -> None:
        seen = {}
        for name, value in self.parameters.items():
            origin = parent.results.origin(value)
            seen[name] = stand_in(value) if origin is None or origin.call_key is None else ("call", origin.call_key)
        equal = equality_key(caller_key(), f"flow:{self.flow.name}", fingerprint(seen))
        self.call_key = call_key(equal, parent.calls.next(equal))

    def _validate(self) -> None:
        try:
            if self.flow.should_validate_parameters:
                self._validated = self.flow.validate_parameters(self.parameters)
            else:
                self._validated = self.parameters
        except Exception as error:
            self._invalid = error

    def _remember_secrets(self) -> None:
        """Have secrets among the parameters covered; also where values are not what their annotations ask for."""
        remember_parameters(self.parameters)
        if self._invalid is None and self._validated is not self.parameters:
            remember_parameters(self.validated_parameters())
            return
        for name in secret_names(self.flow.fn) & self.parameters.keys():
            remember(texts_in(self.parameters[name]))

    def validated_parameters(self) -> dict[str, object]:
        """Parameters coerced by their annotations. Raises what validation raised."""
        if self._invalid is not None:
            raise self._invalid
        return self.parameters if self._validated is None else self._validated

    def not_ready(self, error: UpstreamTaskError) -> AnyState:
        """The state of a subflow whose inputs failed."""
        recorder = self._child_recorder(self.clock.new_id())
        state: AnyState = State.at(self.clock.now(), StateType.PENDING, "NotReady", str(error))
        state.belong_to(None if self.parent is None else self.parent.flow_run.id, recorder.run.id)
        recorder.enter(state)
        return state

    # --- the run

    def replayed(self) -> Steps[AnyState | None]:
        """The recorded end of this very call, if an earlier attempt of the parent got that far."""
        if self.parent is None or self.parent.replay is None or self.call_key is None:
            return None
        recorded = self.parent.replay.find(self.call_key)
        if recorded is None:
            return None
        state = recorded_state(recorded, self.config)
        if state is None:
            yield Block(lambda: self._continue_child(recorded))
        return state

    def _continue_child(self, recorded: RecordedCall) -> None:
        """Resume the child run that an earlier attempt of the parent began."""
        self.child = self._child_recorder(recorded.run_id)
        recorded.goes_on_as(self.child.run)
        child_id = self.runtime.backend.child_flow_run(recorded.run_id)
        if child_id is not None:
            self.flow_run_id, self.resuming = child_id, True

    def begin(self) -> Transition:
        """Create or take over the run and have it enter Running."""
        if self.resuming and self.flow_run_id is not None:
            return self._begin_attempt(self.flow_run_id)
        states = [self._state(StateType.PENDING, "Pending"), self._state(StateType.RUNNING, "Running")]
        request = self._request(states[0])
        transition = self.runtime.backend.begin_flow_run(request, states[1:])
        if self.child is not None:
            self._child_enters(transition.run, "Running")
        return transition

    def _begin_attempt(self, run_id: UUID) -> Transition:
        run = self.runtime.backend.read_flow_run(run_id)
        states = [self._state(StateType.PENDING, "Pending"), self._state(StateType.RUNNING, "Running")]
        if run.state is not None and run.state.is_paused() and run.state.state_details.pause_reschedule:
            states.insert(0, going_on_state(run.state, self.clock.now()))
        transition = self.runtime.backend.propose(run_id, states, run.attempt + 1)
        if self.child is not None:
            self._child_enters(transition.run, "Running")
        return transition

    def _state(self, kind: StateType, name: str) -> AnyState:
        return State.at(self.clock.now(), kind, name)

    def _request(self, pending: AnyState) -> FlowRunRequest:
        run_id = self._run_id()
        parent = self.parent
        if parent is not None:
            self.child = self._child_recorder(self.clock.new_id())
        return FlowRunRequest(
            id=run_id,
            flow_name=self.flow.name,
            name=self._name(),
            state=pending,
            parameters=json.dumps(mask_plain(self.flow.serialize_parameters(self._settled_parameters()))),
            context=json.dumps(keep_parameters(self._settled_parameters(), self.config)),
            flow_version=self.flow.version,
            tags=sorted(current_tags()),
            parent_task_run_id=None if self.child is None else self.child.run.id,
            parent_flow_run_id=None if parent is None else parent.flow_run.id,
            root_flow_run_id=None if parent is None else parent.flow_run.root_flow_run_id or parent.flow_run.id,
            retries=self.flow.retries,
            retry_delay=_single(self.flow.retry_delay_seconds),
            entrypoint=self.flow.entrypoint,
            environment=environment_json(),
        )

    def _run_id(self) -> UUID:
        self.flow_run_id = self.flow_run_id or self.clock.new_id()
        return self.flow_run_id

    def _name(self) -> str:
        template = self.flow.flow_run_name
        if template is None:
            return generate_slug(2)
        run = FlowRun(self._run_id(), "", self._run_id())
        run.parameters = self._settled_parameters()
        with FlowRunContext(self.flow, run, dict(run.parameters), self.runtime, self.config, self.clock.now()):
            return templated_name(template, dict(run.parameters), "flow_run_name")

    def _settled_parameters(self) -> dict[str, object]:
        return self.parameters if self._invalid is not None else self.validated_parameters()

    def make_context(self, run: FlowRun, attempt: int) -> FlowRunContext:
        """The context the flow's function runs in, with what earlier attempts finished."""
        replay = None
        if self.resuming and self.config.replay_on_resume:
            replay = Replay.of(self.runtime.backend.recorded_calls(run.id), self.replay_from)
        parameters = self._validated or self.parameters
        context = FlowRunContext(self.flow, run, parameters, self.runtime, self.config, self.clock.now(), replay)
        context.attempt = attempt
        return context

    def greeting(self, run: FlowRun) -> str:
        """The run's first log line."""
        kind = "flow run" if self.parent is None else "subflow run"
        return f"Beginning {kind} {run.name!r} for flow {self.flow.name!r}"

    # --- the child as its parent sees it

    def _child_recorder(self, task_run_id: UUID) -> TaskRecorder:
        parent = self.parent
        key = f"{task_run_id.int >> 16 & 0xFFF:03x}"
        run = TaskRun(task_run_id, f"{self.flow.name}-{key}", f"{self.flow.name}__subflow", str(task_run_id))
        run.task_name = self.flow.name
        run.created_at = self.clock.now()
        run.call_key = self.call_key
        run.task_inputs = self._inputs
        caller = TaskRunContext.current.get()
        if caller is not None:
            run.parent_task_run_id = caller.task_run.id
        record, attempt = self.runtime.backend.record, 1
        if parent is not None:
            run.flow_run_id = parent.flow_run.id
            run.flow_run_run_count = parent.flow_run.run_count
            attempt = parent.attempt
        return TaskRecorder(run, record, self.clock, attempt, "{}")

    def _child_enters(self, run: FlowRun, name: str) -> None:
        assert self.child is not None
        details = StateDetails(child_flow_run_id=run.id, flow_run_id=self.child.run.flow_run_id)
        self.child.pass_through(State.at(self.clock.now(), StateType.PENDING, "Pending"))
        self.child.enter(State.at(self.clock.now(), StateType.RUNNING, name, details=details))

    def finish(self, state: AnyState | None) -> None:
        """Have the child's task run in the parent end as the child did."""
        if self.child is None or state is None or not state.is_final():
            return
        if state.is_completed():
            value = state.data.get() if isinstance(state.data, KeptResult) else None
            self.child.result = keep_small(value, self.config)
            if self.parent is not None:
                self.parent.results.add(value, self.child.run.id, self.call_key)
        details = StateDetails(**{**state.detail_facts(), "task_run_id": self.child.run.id})
        self.child.enter(State.at(self.clock.now(), state.type, state.name, state.message, details=details))


def going_on_state(paused: State[object], moment: int) -> State[object]:
    """What a paused run enters when it is resumed: Running if its process waits, Scheduled if it has to be started."""
    if not paused.state_details.pause_reschedule:
        return State.at(moment, StateType.RUNNING, "Running")
    due = StateDetails(scheduled_time=to_datetime(moment))
    return State.at(moment, StateType.SCHEDULED, "Resuming", details=due)


@cache
def environment_json() -> str:
    """Interpreter, platform, host, process and command as JSON text."""
    return json.dumps({
        "python": platform.python_version(),
        "platform": sys.platform,
        "host": platform.node(),
        "pid": os.getpid(),
        "command": sys.argv[:1],
    })  # fmt: skip


def _single(delay: float | list[float]) -> float:
    """A flow's retry delay; of a list, as settings may hold, the first."""
    return float(delay) if isinstance(delay, (int, float)) else float(delay[0]) if delay else 0.0
