"""A flow's process is killed: the record says so in time, with the cause, and a retry repeats nothing that finished."""

from __future__ import annotations

import os
import pickle
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from prefect.connect import CLOCK
from prefect.orchestrator.processes import this_process
from prefect.services import crash_detection
from prefect.storage.sqlite.store import SqliteStore
from tests.faults.processes import run, start
from tests.faults.record import Record


class Killed:
    """A flow of three quick tasks whose process was killed within its fourth."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.notes = folder / "notes"
        self.record = Record(self.home)
        self.process = start("three", str(self.notes), "begin", home=self.home, HANG="1")
        self._wait_for_the_fourth()
        self.pid = self.process.pid
        self.process.kill()
        self.process.communicate()
        self.killed = time.monotonic()
        found = self.record.main_run()
        assert found is not None
        self.run_id: UUID = found

    def _wait_for_the_fourth(self) -> None:
        deadline = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.notes.exists() and "hanging" in self.notes.read_text() and self._recorded() == 4:
                return
            time.sleep(0.02)
        raise AssertionError(self.process.communicate()[0])

    def _recorded(self) -> int:
        return int(self.record.one("SELECT count(*) FROM task_run") or 0) if self.record.main_run() else 0

    def noted(self) -> Counter[str]:
        return Counter(self.notes.read_text().split())

    def resume(self, **more: str) -> tuple[int, str]:
        return run("three", str(self.notes), "resume", str(self.run_id), home=self.home, **more)


@pytest.fixture
def killed(tmp_path: Path) -> Killed:
    return Killed(tmp_path)


def _tick(home: Path) -> int:
    store = SqliteStore(home / "prefect.db", this_process())
    try:
        return crash_detection.tick(store, CLOCK)
    finally:
        store.close()


def test_it_is_crashed_in_time_with_its_tasks_and_the_cause(killed: Killed) -> None:
    assert _tick(killed.home) == 1
    assert time.monotonic() - killed.killed < 30
    ((state, message),) = killed.record.rows("SELECT state_type, state_message FROM flow_run")
    assert state == "CRASHED"
    assert f"pid {killed.pid} on " in message
    assert "ended without reporting" in message
    tasks = killed.record.rows("SELECT state_type, count(*) FROM task_run GROUP BY 1 ORDER BY 1")
    assert tasks == [("COMPLETED", 3), ("CRASHED", 1)]
    assert killed.record.rows("SELECT state_message FROM task_run WHERE state_type = 'CRASHED'") == [(message,)]
    assert killed.record.contradictions() == []
    assert _tick(killed.home) == 0


def test_the_duties_of_any_other_flow_find_it(killed: Killed) -> None:
    process = start("three", str(killed.notes), "begin", home=killed.home, HANG="1")
    deadline = time.monotonic() + 30
    sql = "SELECT state_type FROM flow_run WHERE id = ?"
    while killed.record.one(sql, killed.run_id.bytes) != "CRASHED" and time.monotonic() < deadline:
        time.sleep(0.1)
    process.kill()
    process.communicate()
    assert killed.record.one(sql, killed.run_id.bytes) == "CRASHED"


def test_a_live_process_keeps_its_run(tmp_path: Path) -> None:
    home, notes = tmp_path / "home", tmp_path / "notes"
    process = start("three", str(notes), "begin", home=home, HANG="1")
    try:
        record = Record(home)
        deadline = time.monotonic() + 20
        while record.main_run() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _tick(home) == 0
        assert record.one("SELECT state_type FROM flow_run") == "RUNNING"
        code, output = run("three", str(notes), "resume", str(record.main_run()), home=home)
        assert code != 0
        assert "cannot become PENDING" in output or "being executed by a live process" in output
        assert record.one("SELECT state_type FROM flow_run") == "RUNNING"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("detected", [True, False])
def test_a_retry_repeats_nothing_that_finished(killed: Killed, detected: bool) -> None:
    if detected:
        _tick(killed.home)
    code, output = killed.resume()
    assert code == 0, output
    assert killed.noted() == {"a": 1, "b": 1, "c": 1, "hanging": 2}
    assert "[{'name': 'a'}, {'name': 'b'}, {'name': 'c'}]" in output
    assert killed.record.rows("SELECT state_type, attempt FROM flow_run") == [("COMPLETED", 2)]
    assert killed.record.contradictions() == []


class Planted:
    """Runs a command where it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.proof}",)


@pytest.mark.parametrize("tag", [b"", b"\0" * 16, None])
def test_a_planted_result_runs_no_code(killed: Killed, tmp_path: Path, tag: bytes | None) -> None:
    proof = tmp_path / "proof"
    blob = pickle.dumps(Planted(proof))
    ((genuine,),) = killed.record.rows("SELECT result FROM task_run WHERE result_kind = 'pickle' LIMIT 1")
    planted = (genuine[:16] if tag is None else tag) + blob
    _write(killed, "UPDATE task_run SET result = ? WHERE result_kind = 'pickle'", planted)
    code, output = killed.resume()
    assert not proof.exists()
    assert code == 0, output
    assert killed.noted() == {"a": 2, "b": 2, "c": 2, "hanging": 2}
    assert "was not written by this installation" in output
    pickle.loads(blob)
    assert proof.exists(), "the planted pickle is harmless, so this test proves nothing"


def test_a_damaged_result_is_computed_again(killed: Killed) -> None:
    _write(killed, "UPDATE task_run SET result = ? WHERE result_kind = 'pickle' AND name LIKE 'quick%'", b"xx")
    code, output = killed.resume()
    assert code == 0, output
    assert killed.noted()["a"] == 2


def _write(killed: Killed, sql: str, value: bytes) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(killed.home / "prefect.db")) as connection:
        assert connection.execute(sql, (value,)).rowcount == 3
        connection.commit()


def test_an_interrupted_flow_says_so_itself(tmp_path: Path) -> None:
    home, notes = tmp_path / "home", tmp_path / "notes"
    process = start("three", str(notes), "begin", home=home, HANG="1")
    deadline = time.monotonic() + 20
    while not (notes.exists() and "hanging" in notes.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(2)
    process.communicate(timeout=20)
    record = Record(home)
    assert record.rows("SELECT state_type, state_message FROM flow_run") == [
        ("CRASHED", "Execution was aborted by an interrupt signal.")
    ]
    assert record.contradictions() == []
