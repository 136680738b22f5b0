"""What runs need around them: a backend and a clock, handed down by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from prefect.core.ports import Backend, Clock
from prefect.utilities.records import record


@record
class Runtime:
    """The backend that decides and records, and the clock that gives moments and ids."""

    backend: Backend
    clock: Clock


_provider: Callable[[], Runtime] | None = None


def provide_runtime(provider: Callable[[], Runtime]) -> None:
    """Register the function that yields the current runtime; the last one registered wins."""
    global _provider
    _provider = provider


def current_runtime() -> Runtime:
    """The runtime in force here and now. Raises RuntimeError if no provider was registered."""
    if _provider is None:
        raise RuntimeError("No runtime: import prefect.connect before running flows or tasks.")
    return _provider()


Place = Any
"""Where a record is and how to get there: picklable, made and understood by the composition root alone."""


@record
class Places:
    """How a call that runs in another process finds the record of the one that submitted it."""

    here: Callable[[], Place]
    at: Callable[[Place], AbstractContextManager[Runtime]]
    """Raises NotReachable if the record cannot be reached from this machine."""


_places: Places | None = None


def provide_places(places: Places) -> None:
    """Register how places are described and gone to; the last one registered wins."""
    global _places
    _places = places


def current_places() -> Places:
    """What was registered. Raises RuntimeError if nothing was."""
    if _places is None:
        raise RuntimeError("No places: import prefect.connect before running tasks in other processes.")
    return _places
