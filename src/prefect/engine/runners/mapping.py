"""From the parameters given to `map` to one set of parameters per call."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from io import IOBase
from itertools import repeat
from typing import Any, NamedTuple

from prefect.engine.futures import PrefectFuture
from prefect.engine.runners.columns import AsyncColumn, Column, Columns, async_items
from prefect.engine.streams import PrefectFutureStream
from prefect.exceptions import MappingLengthMismatch, MappingMissingIterable
from prefect.utilities.annotations import allow_failure, unmapped
from prefect.utilities.collections import isiterable

NO_ITERABLE = (
    "No iterable parameters were received. Parameters for map must include at least one iterable. Parameters: {}"
)


class Mapped(NamedTuple):
    """Parameters of a `map`, sorted out."""

    order: list[str]
    constant: dict[str, Any]
    iterables: dict[str, Any]

    @property
    def streams(self) -> bool:
        """Whether some parameter can be gone through only once, or only in an event loop."""
        return any(is_stream(items) for items in self.iterables.values())


def sorted_out(parameters: dict[str, object]) -> Mapped:
    """Which parameters stand in every call and which are gone through. Raises MappingMissingIterable."""
    constant: dict[str, Any] = {}
    iterables: dict[str, Any] = {}
    for name, value in parameters.items():
        fixed, items = _sort_out(value)
        if items is None:
            constant[name] = fixed
        else:
            iterables[name] = items
    if not iterables:
        raise MappingMissingIterable(NO_ITERABLE.format(parameters))
    return Mapped(list(parameters), constant, iterables)


def mapped_calls(task: object, parameters: dict[str, object]) -> Iterator[dict[str, object]]:
    """One set of parameters per item of the iterables; all others stand in each.

    Raises MappingMissingIterable if nothing is iterable, MappingLengthMismatch if lengths differ.
    """
    return calls_of(sorted_out(parameters))


def calls_of(mapped: Mapped) -> Iterator[dict[str, Any]]:
    """The calls of a map over what has a length. Raises MappingLengthMismatch."""
    order, constant = mapped.order, mapped.constant
    iterables = {
        name: items if isinstance(items, (list, tuple, range)) else list(items)
        for name, items in mapped.iterables.items()
    }
    lengths = {name: len(items) for name, items in iterables.items()}
    if len(set(lengths.values())) > 1:
        raise MappingLengthMismatch(
            "Received iterable parameters with different lengths. Parameters for map must all be the same length."
            f" Got lengths: {lengths}"
        )
    columns = [iterables[name] if name in iterables else repeat(constant[name]) for name in order]
    return (dict(zip(order, values, strict=True)) for values in zip(*columns, strict=False))


def source_of(mapped: Mapped) -> Columns:
    """The calls of a map over what can be gone through only once."""
    columns = {name: _column(items) for name, items in mapped.iterables.items()}
    return Columns(mapped.order, mapped.constant, columns)


def _column(items: Any) -> Column | AsyncColumn:
    return (
        AsyncColumn(aiter(items))
        if isinstance(items, AsyncIterable) and not isinstance(items, Iterable)
        else Column(items)
    )


def is_stream(value: object) -> bool:
    """Whether something can be gone through only once, or only in an event loop."""
    if isinstance(value, PrefectFutureStream):
        return value.is_open
    if isinstance(value, (list, tuple, range, str, bytes, IOBase, PrefectFuture)):
        return False
    if isinstance(value, Iterator):
        return True
    return isinstance(value, AsyncIterable) and not isinstance(value, Iterable)


def _sort_out(value: object) -> tuple[object, object]:
    """A parameter as (its constant value, None) or as (None, its items)."""
    if isinstance(value, unmapped):
        return value.value, None
    if isinstance(value, allow_failure):
        constant, items = _sort_out(value.value)
        return (allow_failure(constant), None) if items is None else (None, _each(items, allow_failure))
    if isinstance(value, PrefectFuture):
        value = value.result()
    return (None, value) if is_stream(value) or isiterable(value) else (value, None)


def _each(items: Any, mark: Callable[[Any], Any]) -> Any:
    if not is_stream(items):
        return [mark(item) for item in items]
    if isinstance(items, AsyncIterable) and not isinstance(items, Iterable):
        return async_items(items, mark)
    return map(mark, items)
