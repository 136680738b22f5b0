"""What results need from the rest of the house, handed down: a clock, the store in force, named storages.

The storeys above register what they have; each has an answer of its own while nobody did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from prefect.core.ports import Clock
from prefect.engine.runtime import current_runtime

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]


class PersistingRun(Protocol):
    """What of a run's context decides about its results."""

    persist_result: bool | None
    result_store: Any


class Surroundings:
    """Functions that the storeys above may replace.

    Attributes:
        clock: gives the clock.
        run: gives the context of the run the current code belongs to, None outside of runs.
        key_values: gives the names that a `result_storage_key` may contain in braces.
        logger: gives the logger for what happens to transactions.
        load_storage: gives the storage saved under "block-type/name".
    """

    def __init__(self) -> None:
        self.clock: Callable[[], Clock] = lambda: current_runtime().clock
        self.run: Callable[[], PersistingRun | None] = lambda: None
        self.key_values: Callable[[], Mapping[str, Any]] = dict
        self.logger: Callable[[], Logger] = lambda: logging.getLogger("prefect.transactions")
        self.load_storage: Callable[[str], Any] = _no_storage


def _no_storage(name: str) -> Any:
    kind, _, block = name.partition("/")
    raise ValueError(f"Unable to find block document named {block} for block type {kind}")


surroundings = Surroundings()
