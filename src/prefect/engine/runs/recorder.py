"""Recording a task run: every transition becomes a state entry and a fresh run entry in the journal."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from prefect.core.journal import TASK_RUN, Draft, Moves, Row, Value
from prefect.core.lifecycle import progress
from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.runs import TaskRun
from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import Clock
from prefect.core.times import to_micros
from prefect.engine.calls.shapes import AnyState
from prefect.engine.calls.signatures import NoInputs
from prefect.engine.logs.masking import mask


class TaskRecorder:
    """Writes down what happens to one task run.

    Args:
        run: the task run, moved on by every transition.
        record: appends to the journal.
        clock: stamps states that have no moment.
        attempt: the flow run's attempt, 1 outside of flows.
        policy: the task's retry policy as JSON text.
    """

    __slots__ = (
        "_attempt",
        "_clock",
        "_fixed",
        "_policy",
        "_record",
        "_run_bytes",
        "_run_int",
        "_states",
        "failure",
        "result",
        "run",
    )

    def __init__(self, run: TaskRun, record: Any, clock: Clock, attempt: int, policy: str) -> None:
        self.run = run
        self._record = record
        self._clock = clock
        self._attempt = attempt
        self._policy = policy
        self._run_int = run.id.int
        self._run_bytes = run.id.bytes
        self._fixed: tuple[Value, ...] | None = None
        self.result: tuple[str | None, bytes | None] = (None, None)
        self.failure: str | None = None
        self._states: tuple[Row, ...] = ()

    def pass_through(self, state: AnyState) -> None:
        """Enter a state that another follows at once: only its history is written, together with the next."""
        self._enter(state)

    def enter(self, state: AnyState) -> None:
        """Enter a state and write the run as it is now."""
        state_id, details, data = self._enter(state)
        self._write(self._row(state, state_id, details, data, *self._counters()))

    def start(self, moment: int) -> None:
        """Enter Pending and, at once, Running: what `pass_through` and `enter_briefly` do, for the start of every run."""
        run = self.run
        pending = run.sequence + 1
        running: AnyState = State.at(moment, StateType.RUNNING, "Running")
        running._id = self._run_int ^ (pending + 2)
        first = (self._run_int ^ (pending + 1)).to_bytes(16, "big")
        second = running._id.to_bytes(16, "big")
        run.sequence = pending + 1
        run.run_count += 1
        run.state = running
        run.ended = None
        run.updated_at = moment
        run.started = moment if run.started is None else run.started
        run.expected_start = moment if run.expected_start is None else run.expected_start
        key, attempt = self._run_bytes, self._attempt
        self._states = (
            (key, pending, first, attempt, "PENDING", "Pending", moment, None, None, None),
            (key, pending + 1, second, attempt, "RUNNING", "Running", moment, None, None, None),
        )
        facts = (running, second, None, None, *self._counters())
        self._write(Draft(key, run.sequence, partial(self._row, *facts)))

    def enter_briefly(self, state: AnyState) -> None:
        """Enter a state that may not last until the batch is written: its row is made only if it does."""
        facts = (state, *self._enter(state), *self._counters())
        self._write(Draft(self._run_bytes, self.run.sequence, partial(self._row, *facts)))

    def _write(self, row: Row | Draft) -> None:
        states, self._states = self._states, ()
        self._record(TASK_RUN, Moves(states, row))

    def _enter(self, state: AnyState) -> tuple[bytes, str | None, str | None]:
        """Move the run on and write the state's history; returns the state's id, details and data as they are stored."""
        run = self.run
        if state._moment is None:
            state.stamp(self._clock.now())
        if state.message is not None:
            state.message = mask(state.message)
        progress.enter(run, state)
        identity = self._run_int ^ (run.sequence + 1)
        state._id = identity
        state_id = identity.to_bytes(16, "big")
        details = None if state._details is None else state_details_json(state)
        data = None if state.data is None else state_data_json(state)
        row = (self._run_bytes, run.sequence, state_id, self._attempt, state.type._value_, state.name, state._moment,
               state.message, details, data)  # fmt: skip
        self._states = (*self._states, row)
        return state_id, details, data

    def _counters(self) -> tuple[int, int, int | None, int | None, int]:
        run = self.run
        return run.run_count, run.sequence, run.started, run.ended, run.run_micros

    def _row(
        self, state: AnyState, state_id: bytes, details: str | None, data: str | None,
        run_count: int, sequence: int, started: int | None, ended: int | None, run_micros: int,
    ) -> Row:  # fmt: skip
        run = self.run
        if self._fixed is None:
            self._fixed = self._make_fixed()
        expiration, reused = run.cache_expiration, run.reused_from
        return (
            *self._fixed, run.name, run.cache_key, None if expiration is None else to_micros(expiration), self._attempt,
            run_count, sequence, state_id, state.type._value_, state.name, state._moment, state.message, details, data,
            run.expected_start, run.submitted, started, ended, run_micros, state._moment, *self.result,
            None if reused is None else reused.bytes, self.failure,
        )  # fmt: skip

    def _make_fixed(self) -> tuple[Value, ...]:
        run = self.run
        flow_run, parent = run.flow_run_id, run.parent_task_run_id
        return (
            self._run_bytes, None if flow_run is None else flow_run.bytes, None if parent is None else parent.bytes,
            run.task_name, run.task_key, run.dynamic_key, run.map_index, run.call_key, run.task_version,
            json.dumps(sorted(run.tags)) if run.tags else "[]", "{}",
            _inputs_json(run.task_inputs), self._policy, run.created_at, None, run.flow_run_run_count,
        )  # fmt: skip


def _inputs_json(inputs: object) -> str:
    if not inputs:
        return "{}"
    return inputs.json if type(inputs) is NoInputs else json.dumps(inputs)


def state_details_json(state: AnyState) -> str | None:
    """The state's details as JSON text, None if it has none."""
    facts = state.detail_facts()
    return json.dumps(facts, default=str) if facts else None


def state_data_json(state: AnyState) -> str | None:
    """Where the state's result is kept, as JSON text; None if it is not kept outside of the journal."""
    if type(state.data) is HeldResult:
        return None
    reference = getattr(state.data, "reference", None)
    return None if reference is None else json.dumps(reference)
