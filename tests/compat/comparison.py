"""Compares two observations place by place, and puts a value at a place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

ABSENT = "<absent>"


def differing(expected: Any, found: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two observations differ, as (place, expected, found).

    A place is written like `/0/message`; lists of different length differ as a whole.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted({*expected, *found}):
            yield from differing(expected.get(name, ABSENT), found.get(name, ABSENT), f"{where}/{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differing(one, other, f"{where}/{index}")
    elif expected != found or isinstance(expected, bool) is not isinstance(found, bool):
        yield where, expected, found


def placed(observation: Any, where: str, value: Any) -> Any:
    """A copy of an observation with `value` at a place; `""` is all of it. Raises LookupError if there is none."""
    if where == "":
        return value
    changed = copy.deepcopy(observation)
    *path, last = where.removeprefix("/").split("/")
    inner = changed
    for step in path:
        inner = inner[_key(inner, step)]
    if value == ABSENT:
        del inner[_key(inner, last)]
    else:
        inner[_key(inner, last)] = value
    return changed


def _key(container: Any, step: str) -> Any:
    return int(step) if isinstance(container, list) else step
