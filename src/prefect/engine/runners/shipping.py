"""Running a call of a task in another process: what is packed, and how it is run there.

    here                                   there
    resolve inputs, identify, replay
    pack: task, parameters, facts  ─────▶  the same task run, from Pending to its end, recorded on the spot
    settle the future              ◀─────  final state, with its result

The process that submits knows the flow's calls, so it resolves futures and works out the call's key. The other one opens
the same record and writes the task run under the same flow run and attempt. Where the record is a file of another
machine, it cannot: it says so.

Calls are pickled. Functions and classes of the main script, and whatever plain pickle refuses, go by value (cloudpickle).
"""

from __future__ import annotations

import io
import logging
import pickle
import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from importlib import import_module
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from prefect.core.journal import Entry
from prefect.core.lifecycle.outcome import HeldResult, unwrap
from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.core.lifecycle.states import State, StateType
from prefect.engine.assets.lineage import Assets
from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.config import EngineConfig
from prefect.engine.context import FlowRunContext, TaskRunContext, current_tags, tags
from prefect.engine.drive import adrive, drive
from prefect.engine.logs.masking import known_secrets, remember
from prefect.engine.logs.prints import watch_prints
from prefect.engine.logs.setup import setup_logging
from prefect.engine.results.records import ResultRecord
from prefect.engine.runners.buffered import BufferedBackend
from prefect.engine.runners.threads import ThreadPoolTaskRunner
from prefect.engine.runs.failures import crashed_state, describe, fingerprint_json
from prefect.engine.runs.task_run import TaskExecution
from prefect.engine.runtime import Place, Runtime, current_places
from prefect.engine.steps import Steps
from prefect.exceptions import FailedRun, SerializationError
from prefect.utilities.collections import visit_collection
from prefect.utilities.records import evolve

FLOW_OPTIONS = (
    "name version description isasync isgenerator retries retry_delay_seconds timeout_seconds log_prints persist_result"
    " result_storage result_serializer cache_result_in_memory flow_run_name should_validate_parameters entrypoint"
).split()

BEYOND = 9_999
"""Number of the state before the one that a lost call ends in: larger than any it can have entered by itself."""


class ShippedFlow:
    """What a task run elsewhere may know of its flow: the options, but not the function."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.__dict__.update(options)
        self.task_runner: Any = None


class FlowFacts(NamedTuple):
    """The flow run that a shipped call belongs to."""

    options: dict[str, Any]
    flow_run: FlowRun
    parameters: Parameters
    attempt: int
    started: int
    position: int


class Shipment(NamedTuple):
    """A call, ready to be run anywhere."""

    task: Any
    parameters: Parameters
    run: TaskRun
    flow: FlowFacts | None
    config: EngineConfig
    tags: frozenset[str]
    place: Place
    secrets: tuple[str, ...]
    """What is to be covered in logs there as it is here."""

    upstream: Assets
    """What the call's result comes from, of assets."""


class Departure(TaskExecution):
    """The half of a call that is done where it was submitted."""

    __slots__ = ()

    def settled(self) -> AnyState | None:
        """The final state, if an input failed or an earlier attempt has finished this call; None if it has to run."""
        if not self._resolve_inputs():
            return self._final()
        replayed = self._replay()
        self._follow_assets()
        return self._final() if replayed else None

    def shipment(self) -> Shipment:
        """What is sent."""
        config, flow = self.config, self.flow
        facts = None if flow is None else _flow_facts(flow)
        place, secrets = current_places().here(), known_secrets()
        return Shipment(
            self.task, self.parameters, self.run, facts, config, current_tags(), place, secrets, self.upstream
        )

    def lost(self, error: Exception) -> AnyState:
        """Record that the call could not be sent, or that what ran it is gone; returns its final state."""
        self._begin_here()
        self.recorder.failure = fingerprint_json(error)
        state: AnyState = State.at(self.clock.now(), StateType.CRASHED, "Crashed", str(error), HeldResult(error))
        state.belong_to(self.run.flow_run_id, self.run.id)
        self.recorder.enter(state)
        self.log(logging.ERROR, f"Crash detected! {error}")
        return self._final()

    def _begin_here(self) -> None:
        """Take the run to be running: whoever ran it can no longer tell how far it came."""
        self.context = self._make_context()
        run = self.run
        run.sequence = BEYOND
        run.run_count = max(run.run_count, 1)
        run.started = run.started or self.submitted
        run.state = State.at(run.started or self.clock.now(), StateType.RUNNING, "Running")

    def arrived(self, state: AnyState) -> AnyState:
        """Take over the final state of the call that ran elsewhere."""
        self.run.state = state
        if self.flow is not None and self.call_key is not None and isinstance(state.data, HeldResult):
            if state.is_completed():
                self.flow.results.add(state.data.get(), self.run.id, self.call_key)
        return state


def _flow_facts(context: FlowRunContext) -> FlowFacts:
    flow = context.flow
    options = {name: getattr(flow, name, None) for name in FLOW_OPTIONS}
    return FlowFacts(
        options, context.flow_run, context.parameters, context.attempt, context.started, next(context.positions)
    )


class Arrival(TaskExecution):
    """The half of a call that is done where it runs."""

    __slots__ = ("_shipped",)

    def __init__(self, shipment: Shipment, runtime: Runtime) -> None:
        self._shipped = shipment.run
        super().__init__(shipment.task, shipment.parameters, runtime, shipment.config)
        self.call_key = shipment.run.call_key
        self.upstream = shipment.upstream
        self.map_index, self.submitted = shipment.run.map_index, shipment.run.submitted

    def _make_run(self, task_run_id: UUID | None) -> TaskRun:
        return self._shipped

    def _resolve_inputs(self) -> bool:
        return True

    def _replay(self) -> bool:
        return False

    def _follow_assets(self) -> None:
        """Done where the call was submitted."""


# --- packing


def pack(shipment: Shipment) -> bytes:
    """A shipment as bytes. Raises SerializationError, naming the task and the parameter that cannot be pickled."""
    facts = shipment.flow
    if facts is not None:
        shipment = shipment._replace(flow=_light(facts))
    try:
        return dumps(shipment._replace(config=_light_config(shipment.config)))
    except Exception as error:
        raise SerializationError(_complaint(shipment, error)) from error


def _light(facts: FlowFacts) -> FlowFacts:
    """The facts without parameters and options that cannot be pickled: the call may well do without them."""
    parameters = {name: value for name, value in facts.parameters.items() if _problem(value) is None}
    options = {name: value for name, value in facts.options.items() if _problem(value) is None}
    return facts._replace(parameters=parameters, options=options, flow_run=_light_run(facts.flow_run))


def _light_run(run: FlowRun) -> FlowRun:
    """The run without what its state holds."""
    made: FlowRun = FlowRun.__new__(FlowRun)
    made.__dict__.update(run.__dict__)
    if made.state is not None:
        made.state = made.state.model_copy(update={"data": None})
    return made


def _light_config(config: EngineConfig) -> EngineConfig:
    return evolve(config, results_key=Key(config.results_key()))


class Key:
    """The key that authenticates results, as a function that returns it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self) -> bytes:
        return self._key


def _complaint(shipment: Shipment, error: Exception) -> str:
    name = shipment.task.name
    for parameter, value in shipment.parameters.items():
        problem = _problem(value)
        if problem is not None:
            return (
                f"Parameter {parameter!r} of task {name!r} cannot be sent to another process: a {type(value).__name__} cannot"
                f" be pickled ({problem}). Pass what it is made from, or run the task in threads."
            )
    return f"Task {name!r} cannot be sent to another process: {error!r}. Run it in threads, or take out what cannot be pickled."


def _problem(value: object) -> Exception | None:
    try:
        dumps(value)
    except Exception as error:
        return error
    return None


def dumps(value: object) -> bytes:
    """Plain pickle; where that refuses, or something belongs to the main script, cloudpickle.

    Raises what cloudpickle raises.
    """
    try:
        return _plain_dumps(value)
    except Exception:
        return _cloud_dumps(value)


def _plain_dumps(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, 5).dump(value)
    return buffer.getvalue()


def _cloud_dumps(value: object) -> bytes:
    import cloudpickle

    buffer = io.BytesIO()
    pickler = cloudpickle.Pickler(buffer, 5)
    otherwise = pickler.reducer_override
    pickler.reducer_override = lambda item: _by_reference(item) or otherwise(item)
    pickler.dump(value)
    return buffer.getvalue()


class _Pickler(pickle.Pickler):
    """Plain pickle that refers to decorated functions by name, and refuses what only the main script has."""

    def reducer_override(self, item: object) -> Any:
        if getattr(item, "__module__", None) == "__main__" and callable(item):
            raise pickle.PicklingError(f"{item!r} belongs to the main script")
        if type(type(item)) is type and type(item).__module__ == "__main__":
            raise pickle.PicklingError(f"{type(item)!r} belongs to the main script")
        found = _by_reference(item)
        return NotImplemented if found is None else found


def _by_reference(item: object) -> object:
    """How to find a flow or task again that stands in a module under its function's name; None for anything else."""
    if not (hasattr(type(item), "hook_kinds") and hasattr(item, "fn")):
        return None
    module, name = getattr(item, "__module__", None), getattr(item, "__qualname__", None)
    if module in (None, "__main__") or name is None or "<locals>" in name:
        return None
    return (found_at, (module, name)) if _look_up(module, name) is item else None


def _look_up(module: str, name: str) -> object:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def found_at(module: str, name: str) -> Any:
    """The flow or task of that name."""
    import_module(module)
    return _look_up(module, name)


# --- where it runs


def run_packed(packed: bytes) -> bytes:
    """Run a packed call here; returns its packed final state, or the exception that kept it from being had.

    That is NotReachable if the record is a file of another machine, SerializationError if the result cannot be sent.
    """
    shipment: Shipment = pickle.loads(packed)
    rows: list[Entry] = []
    try:
        return pack_state(run_here(shipment, rows), shipment.task.name, rows)
    except Exception as error:
        return dumps((error, rows))


def unpack_state(packed: bytes, record: Callable[[str, Any], None] | None = None) -> AnyState:
    """The final state that `run_packed` returned; what came with it is recorded. Raises the exception returned instead."""
    outcome, rows = pickle.loads(packed)
    if record is not None:
        for table, row in rows:
            record(table, row)
    if isinstance(outcome, Exception):
        raise outcome
    state: AnyState = outcome
    return state


SMALL = 32_768
"""Results of up to this many bytes travel with their state."""


class SentState:
    """A final state as it lies on a worker: header and value apart, so that the value need not travel."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def header(self) -> bytes:
        """The packed state, without its value if that is large. Raises what kept it from being had."""
        if len(self._packed) <= SMALL:
            return self._packed
        state = unpack_state(self._packed)
        if not state.is_completed():
            return self._packed
        return dumps((state.model_copy(update={"data": None}), pickle.loads(self._packed)[1]))

    def value(self) -> Any:
        """The run's value."""
        return unwrap(unpack_state(self._packed).data)


class Remote(NamedTuple):
    """Stands in a packed call for a value that lies elsewhere."""

    number: int

    @classmethod
    def note(cls, collected: list[object], future: object) -> Remote:
        """Remember that a value is needed; returns what stands for it."""
        collected.append(future)
        return cls(len(collected) - 1)


REMOTE: ContextVar[list[object] | None] = ContextVar("prefect_remote_values", default=None)
"""While a call is packed: where the values it needs but that are elsewhere are noted."""


def run_packed_with(packed: bytes, needed: list[SentState]) -> SentState:
    """`run_packed`, with values put in where the call has a `Remote`."""
    if not needed:
        return SentState(run_packed(packed))
    shipment: Shipment = pickle.loads(packed)
    values = [sent.value() for sent in needed]

    def put_in(item: object) -> Any:
        return values[item.number] if isinstance(item, Remote) else item

    parameters = visit_collection(shipment.parameters, visit_fn=put_in, return_data=True) or {}
    return SentState(run_packed(dumps(shipment._replace(parameters=parameters))))


def run_here(shipment: Shipment, rows: list[Entry]) -> AnyState:
    """Run a call at the place its record is; returns its final state.

    What is not on record by then is added to `rows`.
    """
    with current_places().at(shipment.place) as runtime:
        buffered: Any = BufferedBackend(runtime.backend)
        try:
            return copy_context().run(run_shipment, shipment, Runtime(buffered, runtime.clock))
        except BaseException as error:
            return crashed_state(error, runtime.clock.now())
        finally:
            rows.extend(buffered.take())


def run_shipment(shipment: Shipment, runtime: Runtime) -> AnyState:
    """Run a call to its final state, and whatever it submits itself."""
    setup_logging(shipment.config)
    remember(shipment.secrets)
    context = _flow_context(shipment, runtime)
    if shipment.task.log_prints or (context is not None and context.log_prints):
        watch_prints()
    token = FlowRunContext.current.set(context)
    task_token = TaskRunContext.current.set(None)
    try:
        with tags(*shipment.tags):
            execution = Arrival(shipment, runtime)
            return _driven(execution.steps(), shipment.task.isasync)
    finally:
        TaskRunContext.current.reset(task_token)
        FlowRunContext.current.reset(token)
        if context is not None:
            context.finish_tasks()


def _driven(steps: Steps[AnyState], is_async: bool) -> AnyState:
    if not is_async:
        return drive(steps)
    import asyncio

    return asyncio.run(adrive(steps))


def _flow_context(shipment: Shipment, runtime: Runtime) -> FlowRunContext | None:
    facts = shipment.flow
    if facts is None:
        return None
    flow: Any = ShippedFlow({name: facts.options.get(name) for name in FLOW_OPTIONS})
    flow.task_runner = ThreadPoolTaskRunner()
    context = FlowRunContext(flow, facts.flow_run, facts.parameters, runtime, shipment.config, facts.started)
    context.attempt = facts.attempt
    context.positions = count(facts.position)
    return context


def pack_state(state: AnyState, task_name: str, rows: list[Entry]) -> bytes:
    """A final state with its result, and entries to be recorded, as bytes. Raises SerializationError if that cannot be sent."""
    data = state.data
    result = data.get() if isinstance(data, (HeldResult, ResultRecord)) else None
    try:
        if isinstance(result, BaseException):
            sent = _sendable(result)
            kept = data.holding(sent) if isinstance(data, ResultRecord) else HeldResult(sent)
            state = state.model_copy(update={"data": kept})
        return dumps((state, rows))
    except Exception as problem:
        raise SerializationError(
            f"The result of task {task_name!r}, a {type(result).__name__}, cannot be sent back from another process:"
            f" {problem!r}. Return plain data, or store it and return where it is."
        ) from problem


def _sendable(error: BaseException) -> BaseException:
    """The exception with its traceback as a note; one that cannot be sent becomes a FailedRun that tells of it."""
    error.add_note("".join(traceback.format_exception(error)).rstrip())
    try:
        pickle.loads(dumps(error))
    except Exception:
        return FailedRun(describe(error))
    return error
