"""The n-th statement fails, for every n in turn: what a flow did is on record afterwards, or it was told why not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from prefect import flow, task
from prefect.connect import close_all
from prefect.exceptions import StorageError
from prefect.settings import PREFECT_HOME, PREFECT_LOGGING_LEVEL, temporary_settings
from prefect.storage import journal, requests
from tests.faults.record import Record

TASKS = 6


class Fault:
    """Fails one statement, or every one from it on for a while, of all connections that are opened under it."""

    def __init__(self, fails_at: int, lasting: int = 1) -> None:
        self.fails_at, self.lasting, self.count = fails_at, lasting, 0

    def check(self) -> None:
        self.count += 1
        if self.fails_at <= self.count < self.fails_at + self.lasting:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    def connection(self) -> type[sqlite3.Connection]:
        fault = self

        class Faulty(sqlite3.Connection):
            def execute(self, *arguments: Any) -> sqlite3.Cursor:
                if self.in_transaction or arguments[0].startswith("BEGIN"):
                    fault.check()
                return super().execute(*arguments)

        return Faulty


@task
def work(number: int) -> int:
    return number


@flow
def inner() -> int:
    return work(4) + work(5)


@flow
def outer() -> int:
    submitted = [work.submit(number) for number in (0, 1)]
    return work(2) + work(3) + sum(future.result() for future in submitted) + inner()


@pytest.fixture(autouse=True)
def _quick_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(journal, "LONGEST_PAUSE", 0.01)


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Path]:
    close_all()
    yield tmp_path
    close_all()


def _run(home: Path, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What the flow came to, and what closing its record did."""
    connect = sqlite3.connect
    with monkeypatch.context() as patch, temporary_settings({PREFECT_HOME: home, PREFECT_LOGGING_LEVEL: "CRITICAL"}):
        patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=fault.connection(), **k))
        return _outcome(outer), _outcome(close_all)


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except StorageError as error:
        return error


def _everything_is_on_record(home: Path) -> None:
    record = Record(home)
    assert record.contradictions() == []
    assert record.rows("SELECT state_type, count(*) FROM flow_run GROUP BY 1") == [("COMPLETED", 2)]
    states = record.rows("SELECT type, count(*) FROM task_run_state GROUP BY 1 ORDER BY 1")
    assert states == [("COMPLETED", TASKS + 1), ("PENDING", TASKS + 1), ("RUNNING", TASKS + 1)]


def test_without_a_fault(homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(homes, Fault(0, 0), monkeypatch) == (15, None)
    _everything_is_on_record(homes)


@pytest.mark.slow
@pytest.mark.parametrize(("lasting", "step"), [(1, 2), (4, 9)])
def test_whichever_statement_fails_nothing_is_lost(
    homes: Path, monkeypatch: pytest.MonkeyPatch, lasting: int, step: int
) -> None:
    statements = Fault(0, 0)
    assert _run(homes / "sound", statements, monkeypatch) == (15, None)
    assert statements.count > 60
    for number in range(1, statements.count + 1, step):
        home = homes / str(number)
        outcome = _run(home, Fault(number, lasting), monkeypatch)
        assert outcome == (15, None), f"statement {number}: {outcome}"
        _everything_is_on_record(home)


def test_a_disk_that_keeps_failing_is_told(homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.2)
    statements = Fault(0, 0)
    _run(homes / "sound", statements, monkeypatch)
    outcome = _run(homes / "failing", Fault(statements.count // 2, 10**9), monkeypatch)
    flow_told, closing_told = outcome
    assert isinstance(flow_told, StorageError)
    assert "disk I/O error" in str(flow_told)
    assert closing_told is None or "disk I/O error" in str(closing_told), "silent unless something is left unwritten"
    assert Record(homes / "failing").one("PRAGMA integrity_check") == "ok"
