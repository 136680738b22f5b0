"""A process may die between any two commits: whatever part of its journal got through, the record is sound."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from prefect import flow, task
from prefect.connect import close_all, embedded_backend
from prefect.core.journal import TASK_RUN, Moves
from prefect.services import crash_detection
from prefect.settings import PREFECT_HOME, PREFECT_LOGGING_LEVEL, temporary_settings
from prefect.storage.sqlite.store import SqliteStore
from tests.faults.record import Record

ELSEWHERE = "another-host/boot/1/1"


class Later:
    """The machine's clock, two hours on: every lease of elsewhere has lapsed."""

    def now(self) -> int:
        return time.time_ns() // 1000 + 7_200_000_000

    def monotonic(self) -> float:
        return 0.0

    def new_id(self) -> UUID:
        return UUID(int=1)

    def random(self) -> float:
        return 0.5


@task(retries=1)
def flaky(number: int, seen: list[int]) -> int:
    seen.append(number)
    if seen.count(number) == 1:
        raise ValueError(number)
    return number


@task
def work(number: int) -> int:
    return number


@flow
def inner() -> int:
    return work(3)


@flow
def outer() -> int:
    future = work.submit(1)
    return work(2) + flaky(4, []) + inner() + future.result()


@pytest.fixture
def journal(tmp_path: Path) -> list[Any]:
    """Everything that one flow decided and recorded, in order."""
    close_all()
    taken: list[Any] = []
    with temporary_settings({PREFECT_HOME: tmp_path / "source", PREFECT_LOGGING_LEVEL: "CRITICAL"}):
        backend = embedded_backend()
        record, transact = backend.record, backend.store.transact
        backend.record = lambda table, row: (taken.append((table, row)), record(table, row))[1]  # type: ignore[misc]
        backend.store.transact = lambda decision: (taken.append(decision), transact(decision))[1]  # type: ignore
        assert outer() == 10
        close_all()
    return taken


def test_every_prefix_of_a_journal_is_a_sound_record(journal: list[Any], tmp_path: Path) -> None:
    assert len(journal) > 12
    assert any(isinstance(row, Moves) for table, row in filter(_is_entry, journal) if table == TASK_RUN)
    for length in range(1, len(journal) + 1):
        home = tmp_path / str(length)
        store = SqliteStore(home / "prefect.db", ELSEWHERE, 20.0)
        for item in journal[:length]:
            if _is_entry(item):
                store.append(*item)
            else:
                store.transact(item)
        store.flush()
        crash_detection.tick(store, Later())
        store.close()
        record = Record(home)
        assert record.contradictions() == [], f"after {length} of {len(journal)} entries"
        assert record.one("SELECT count(*) FROM run_attempt WHERE ended IS NULL") == 0


def _is_entry(item: Any) -> bool:
    return isinstance(item, tuple)
