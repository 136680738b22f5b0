"""Which call a value came from, so that passing it on is seen as a dependency.

Values are known by identity. One that can be referenced weakly is; others are held, and let go once nobody else holds
them, so that results are free as soon as the flow is done with them.
"""

from __future__ import annotations

import sys
import weakref
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

UNTRACKED = (bool, int, float, complex, str, bytes, type(None), type(...), type(NotImplemented), type)
"""Values of these types are shared all over a program, so that their identity says nothing."""

_HELD_BY_US_ALONE = 3
_FIRST_SWEEP = 16


class Origin(NamedTuple):
    """The call that returned a value."""

    run_id: UUID
    call_key: bytes | None


class ResultTracker:
    """Origins of the results alive in one flow run."""

    __slots__ = ("_origins", "_sweep_at", "_values")

    def __init__(self) -> None:
        self._origins: dict[int, Origin] = {}
        self._values: dict[int, Any] = {}
        self._sweep_at = _FIRST_SWEEP

    def add(self, value: object, run_id: UUID, call_key: bytes | None) -> None:
        """Remember which call returned `value`."""
        if isinstance(value, UNTRACKED):
            return
        key = id(value)
        try:
            self._values[key] = weakref.ref(value, partial(self._forget, key))
        except TypeError:
            self._values[key] = value
            if len(self._values) >= self._sweep_at:
                self._sweep()
        self._origins[key] = Origin(run_id, call_key)

    def __bool__(self) -> bool:
        return bool(self._origins)

    def origin(self, value: object) -> Origin | None:
        """The call that returned this very object, if one did."""
        return self._origins.get(id(value)) if self._origins else None

    def _forget(self, key: int, _gone: object = None) -> None:
        self._values.pop(key, None)
        self._origins.pop(key, None)

    def _sweep(self) -> None:
        """Let go of values that only this tracker still holds."""
        for key in list(self._values):
            value = self._values.get(key)
            if not isinstance(value, weakref.ref) and sys.getrefcount(value) <= _HELD_BY_US_ALONE:
                del value
                self._forget(key)
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self._values))
