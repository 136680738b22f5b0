"""What runs need around them: a backend and a clock, handed down by the composition root."""

from __future__ import annotations

from collections.abc import Callable

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
