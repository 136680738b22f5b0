"""What results need from the rest of the house, handed down: a clock, the store in force, named storages.

The storeys above register what they have; each has an answer of its own while nobody did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from prefect.core.ports import Clock
from prefect.engine.runtime import current_runtime
from prefect.utilities.asyncutils import in_running_loop
from prefect.utilities.twins import twin

P = ParamSpec("P")
R = TypeVar("R")

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]


class PersistingRun(Protocol):
    """What of a run's context decides about its results."""

    persist_result: bool | None
    result_store: object


class Surroundings:
    """Functions that the storeys above may replace.

    Attributes:
        clock: gives the clock.
        run: gives the context of the run the current code belongs to, None outside of runs.
        asynchronous: tells whether the current code is asynchronous, so that it wants an awaitable.
        new_store: makes a store with everything as configured; known once `store` is imported.
        key_values: gives the names that a `result_storage_key` may contain in braces.
        logger: gives the logger for what happens to transactions.
        load_storage: gives the storage saved under "block-type/name", or under an id.
        local_storage: makes the storage of a folder; known once `filesystems` is imported.
    """

    def __init__(self) -> None:
        self.clock: Callable[[], Clock] = lambda: current_runtime().clock
        self.run: Callable[[], PersistingRun | None] = lambda: None
        self.asynchronous: Callable[[], bool] = in_running_loop
        self.new_store: Callable[[], Any] = _no_store
        self.key_values: Callable[[], Mapping[str, Any]] = dict
        self.logger: Callable[[], Logger] = lambda: logging.getLogger("prefect.transactions")
        self.load_storage: Callable[[str], Any] = _no_storage
        self.local_storage: Callable[..., Any] = _no_store


def _no_store(**_options: object) -> object:
    raise RuntimeError("No result store: import prefect.engine.results.store before asking for one.")


def _no_storage(name: str) -> object:
    kind, _, block = name.partition("/")
    raise ValueError(f"Unable to find block document named {block} for block type {kind}")


surroundings = Surroundings()


def either_colour(function: Callable[P, R]) -> Callable[P, R]:
    """A blocking function, giving an awaitable of its result in asynchronous code."""
    asynchronous = twin(function)

    @wraps(function)
    def either(*args: P.args, **kwargs: P.kwargs) -> R:
        if surroundings.asynchronous():
            return cast(R, asynchronous(*args, **kwargs))
        return function(*args, **kwargs)

    return either
