"""The inputs of a call: futures and states inside parameters are found, waited for, and replaced by their results.

A future anywhere inside a list, dict, dataclass or model counts. `allow_failure` lets a failed input through as its
exception, `quote` and `opaque` hide a value from the search, `unmapped` and `freeze` are taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import unwrap, value_of
from prefect.core.lifecycle.states import State
from prefect.engine.calls.identity import SCALARS
from prefect.engine.calls.shapes import AnyState
from prefect.engine.calls.tracking import ResultTracker
from prefect.engine.futures import PrefectFuture
from prefect.exceptions import CircularFuture, UpstreamTaskError
from prefect.utilities.annotations import BaseAnnotation, allow_failure, opaque, quote
from prefect.utilities.collections import visit_collection

Inputs = dict[str, list[dict[str, str]]]
_waits: dict[UUID, UUID] = {}
"""Which task run waits for which."""

_PLAIN_CONTAINERS = frozenset({list, tuple, set, frozenset})


def is_plain(value: Any) -> bool:
    """Whether a value, seen quickly, cannot contain a future or annotation."""
    kind = type(value)
    if kind in SCALARS:
        return True
    if kind in _PLAIN_CONTAINERS:
        return SCALARS.issuperset(map(type, value))
    if kind is dict:
        return SCALARS.issuperset(map(type, value.values()))
    return kind.__module__.partition(".")[0] in ("pandas", "numpy", "polars", "pyarrow", "datetime")


def all_plain(parameters: Mapping[str, object]) -> bool:
    """Whether no parameter can contain a future or annotation."""
    return SCALARS.issuperset(map(type, parameters.values())) or all(map(is_plain, parameters.values()))


def several(upstream: Any) -> Iterable[Any]:
    """What `wait_for` was given, as a collection: one future or value alone also counts."""
    kinds = (list, tuple, set, frozenset)
    return upstream if isinstance(upstream, kinds) or hasattr(upstream, "__next__") else [upstream]


def futures_in(value: object) -> list[PrefectFuture[Any]]:
    """All futures inside a value."""
    found: list[PrefectFuture[Any]] = []

    def collect(item: object) -> Any:
        if isinstance(item, PrefectFuture):
            found.append(item)
        return item

    if not is_plain(value):
        visit_collection(value, visit_fn=collect, return_data=False, max_depth=-1)
    return found


class Resolver:
    """Replaces futures and states in one call's parameters by results.

    Args:
        tracker: tells which values are earlier calls' results, so that they count as inputs too.
        waiter: id of the task run whose inputs these are, so that it never waits for itself.
    """

    def __init__(self, tracker: ResultTracker | None, waiter: UUID | None = None) -> None:
        self._tracker = tracker
        self._waiter = waiter
        self.inputs: Inputs = {}

    def resolve(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """Parameters with every future and state replaced. Raises UpstreamTaskError if an input did not complete."""
        resolved: dict[str, object] = {}
        for name, value in parameters.items():
            self._note_origins(name, value)
            resolved[name] = value if type(value) in SCALARS else self._resolve_value(name, value, False)
        return resolved

    def _note_origins(self, name: str, value: object) -> None:
        edges = self.inputs.setdefault(name, [])
        for item in _layers(value):
            origin = self._tracker.origin(item) if self._tracker is not None else None
            if origin is not None:
                edges.append({"input_type": "task_run", "id": str(origin.run_id)})

    def _resolve_value(self, name: str, value: object, failures_allowed: bool) -> object:
        if is_plain(value):
            return value
        if isinstance(value, (quote, opaque)):
            return value.unwrap()
        if isinstance(value, BaseAnnotation):
            return self._resolve_value(name, value.unwrap(), failures_allowed or isinstance(value, allow_failure))
        if isinstance(value, PrefectFuture):
            self.inputs[name].append({"input_type": "task_run", "id": str(value.task_run_id)})
            self._wait(value)
            return self._outcome(value.state, failures_allowed)
        if isinstance(value, State):
            run_id = value.state_details.task_run_id
            if run_id is not None:
                self.inputs[name].append({"input_type": "task_run", "id": str(run_id)})
            return self._outcome(value, failures_allowed)
        return self._resolve_inside(name, value, failures_allowed)

    def _resolve_inside(self, name: str, value: object, failures_allowed: bool) -> object:
        def visit(item: object) -> Any:
            if isinstance(item, (PrefectFuture, State, BaseAnnotation)):
                return self._resolve_value(name, item, failures_allowed)
            return item

        return visit_collection(value, visit_fn=visit, return_data=True, max_depth=-1, remove_annotations=True)

    def _wait(self, future: PrefectFuture[object]) -> None:
        """Wait for an input. Raises CircularFuture if it waits, maybe through others, for this very call."""
        if future.final_state is not None:
            return
        if self._waiter is None:
            future.wait()
            return
        awaited: UUID | None = future.task_run_id
        while awaited is not None:
            if awaited == self._waiter:
                raise CircularFuture(
                    f"Task run {str(self._waiter)!r} waits for itself: an argument contains its own future, or that of a"
                    " task which waits for it. Pass results onward only, not a collection that futures are added to."
                )
            awaited = _waits.get(awaited)
        _waits[self._waiter] = future.task_run_id
        try:
            future.wait()
        finally:
            del _waits[self._waiter]

    def _outcome(self, state: AnyState, failures_allowed: bool) -> object:
        if state.is_completed():
            return unwrap(state.data)
        if failures_allowed:
            return value_of(state, raise_on_failure=False)
        run = state.state_details.task_run_id or state.state_details.flow_run_id
        raise UpstreamTaskError(f"Upstream task run '{run}' did not reach a 'COMPLETED' state.")

    def wait_for(self, upstream: Iterable[object]) -> None:
        """Wait for what a call depends on without using it. Raises UpstreamTaskError if any did not complete."""
        self.inputs["wait_for"] = []
        for item in several(upstream):
            self._resolve_value("wait_for", item, isinstance(item, allow_failure))
            origin = self._tracker.origin(item) if self._tracker is not None else None
            if origin is not None:
                self.inputs["wait_for"].append({"input_type": "task_run", "id": str(origin.run_id)})


def _layers(value: Any) -> Iterator[Any]:
    """A value and, of a list, tuple or dict, its items."""
    yield value
    kind = type(value)
    if kind is dict:
        yield from value.values()
    elif kind in _PLAIN_CONTAINERS and not SCALARS.issuperset(map(type, value)):
        yield from value
