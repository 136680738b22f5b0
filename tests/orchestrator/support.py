"""A backend on a store of its own, a clock that is told, and requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.ports import FlowRunRequest
from prefect.core.times import SECOND, to_datetime
from prefect.orchestrator.backend import EmbeddedBackend
from tests.faults.record import Record
from tests.support.databases import Place

START = 1_800_000_000 * SECOND
HERE, ELSEWHERE = "here/boot/1/1", "elsewhere/boot/2/1"


class TestClock:
    """Stands still unless it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.moment, self.count = START, 1000

    def now(self) -> int:
        return self.moment

    def monotonic(self) -> float:
        return self.moment / SECOND

    def new_id(self) -> UUID:
        self.count += 1
        return UUID(int=self.count << 16)

    def random(self) -> float:
        return 0.5

    def advance(self, seconds: float) -> None:
        self.moment += int(seconds * SECOND)


def backend_at(place: Place | Path, clock: TestClock, process: str = HERE) -> EmbeddedBackend:
    """A backend in a place of either dialect, or on a file."""
    found = place if isinstance(place, Place) else Place("sqlite", f"sqlite:///{place}")
    return EmbeddedBackend(found.store(process), clock)


class PlaceRecord(Record):
    """The record of a place, whichever its dialect."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        if self._place.dialect == "postgresql":
            if sql.startswith("PRAGMA integrity_check"):
                return [("ok",)]
            sql = sql.replace("IS NOT (s.", "IS DISTINCT FROM (s.").replace("IS NOT s.", "IS DISTINCT FROM s.")
        return self._place.rows(sql, *parameters)


def state(type: str, message: str | None = None, **details: Any) -> State[object]:
    return State(type, message=message, state_details=StateDetails(**details) if details else None)


def at(seconds: float) -> Any:
    return to_datetime(START + int(seconds * SECOND))


def request(number: int = 1, first: str = "PENDING", **facts: Any) -> FlowRunRequest:
    return FlowRunRequest(
        UUID(int=number << 16), "flow", f"run-{number}", facts.pop("state", None) or state(first), **facts
    )


STARTING = (StateType.PENDING, StateType.RUNNING)
