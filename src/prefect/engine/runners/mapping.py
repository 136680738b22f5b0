"""From the parameters given to `map` to one set of parameters per call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from prefect.engine.futures import PrefectFuture
from prefect.exceptions import MappingLengthMismatch, MappingMissingIterable
from prefect.utilities.annotations import allow_failure, unmapped
from prefect.utilities.collections import isiterable

NO_ITERABLE = "No iterable parameters were received. Parameters for map must include at least one iterable. Parameters: {}"


def mapped_calls(task: Any, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One set of parameters per item of the iterables; all others stand in each.

    Raises MappingMissingIterable if nothing is iterable, MappingLengthMismatch if lengths differ.
    """
    constant: dict[str, Any] = {}
    iterables: dict[str, list[Any]] = {}
    for name, value in parameters.items():
        fixed, items = _sort_out(value)
        if items is None:
            constant[name] = fixed
        else:
            iterables[name] = items
    if not iterables:
        raise MappingMissingIterable(NO_ITERABLE.format(parameters))
    lengths = {name: len(items) for name, items in iterables.items()}
    if len(set(lengths.values())) > 1:
        raise MappingLengthMismatch(f"Expected all map parameters to be the same length. Got lengths: {lengths}")
    order = list(parameters)
    columns = [iterables[name] if name in iterables else repeat(constant[name]) for name in order]
    for values in zip(*columns, strict=False):
        yield dict(zip(order, values, strict=True))


def _sort_out(value: Any) -> tuple[Any, list[Any] | None]:
    """A parameter as (its constant value, None) or as (None, its items)."""
    if isinstance(value, unmapped):
        return value.value, None
    if isinstance(value, allow_failure):
        constant, items = _sort_out(value.value)
        return (allow_failure(constant), None) if items is None else (None, [allow_failure(item) for item in items])
    if isinstance(value, PrefectFuture):
        value = value.result()
    return (None, list(value)) if isiterable(value) else (value, None)
