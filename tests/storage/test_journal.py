from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefect.core.journal import LEDGERS, LOG, TASK_RUN, Draft, Moves
from prefect.exceptions import DatabaseBusy, StorageError
from prefect.storage import journal, requests
from prefect.storage.sqlite import upserts
from prefect.storage.sqlite.store import SqliteStore
from prefect.storage.transaction import Transaction
from tests.storage.support import everything, log_row, new_store, run_row, state_row, stored

COUNT_LOGS = "SELECT count(*) FROM log"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prefect.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = new_store(path)
    yield made
    made.close()


def _count(tx: Transaction) -> int:
    found = tx.one(COUNT_LOGS)
    assert found is not None
    number: int = found[0]
    return number


# --- what is promised of appending, deciding and flushing


def test_what_was_flushed_is_committed(store: SqliteStore, path: Path) -> None:
    for number in range(1000):
        store.append(LOG, log_row(number))
    store.flush()
    assert stored(path, COUNT_LOGS) == [(1000,)]
    assert store.backlog == 0


def test_appending_does_not_wait_for_the_disk(store: SqliteStore, path: Path) -> None:
    store.transact(_count)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    for number in range(1000):
        store.append(LOG, log_row(number))
    assert time.monotonic() - began < 0.5
    assert stored(path, COUNT_LOGS) == [(0,)]
    blocker.execute("ROLLBACK")
    blocker.close()
    store.flush()
    assert stored(path, COUNT_LOGS) == [(1000,)]


def test_nothing_needs_to_ask_for_it_to_be_written(store: SqliteStore, path: Path) -> None:
    store.append(LOG, log_row(1))
    deadline = time.monotonic() + 10
    while (not path.exists() or store.backlog) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stored(path, COUNT_LOGS) == [(1,)]


def test_flushing_nothing_opens_nothing(store: SqliteStore, path: Path) -> None:
    store.flush()
    assert not path.exists()


def test_a_decision_sees_what_was_appended_before_it_and_nothing_after(store: SqliteStore) -> None:
    seen = []
    gate = threading.Event()
    store.append(LOG, log_row(0))
    waiter = threading.Thread(target=lambda: store.transact(lambda tx: gate.wait(10)))
    waiter.start()
    threads = []
    for number in range(1, 6):
        store.append(LOG, log_row(number))
        threads.append(threading.Thread(target=lambda: seen.append(store.transact(_count))))
        threads[-1].start()
        while store.backlog < 2 * number:
            time.sleep(0.001)
    gate.set()
    for thread in (waiter, *threads):
        thread.join()
    assert sorted(seen) == [2, 3, 4, 5, 6]


def test_many_waiters_share_a_commit(store: SqliteStore, path: Path) -> None:
    gate = threading.Event()
    entered = threading.Event()
    first = threading.Thread(target=lambda: store.transact(lambda tx: (entered.set(), gate.wait(10))))
    first.start()
    entered.wait(10)
    seen: set[int] = set()

    def decide(tx: Transaction) -> None:
        seen.add(id(tx))

    threads = [threading.Thread(target=lambda: store.transact(decide)) for _ in range(50)]
    for thread in threads:
        thread.start()
    while store.backlog < 50:
        time.sleep(0.001)
    gate.set()
    for thread in (first, *threads):
        thread.join()
    assert len(seen) == 1


def test_a_failing_decision_undoes_itself_alone(store: SqliteStore, path: Path) -> None:
    gate = threading.Event()
    results: list[object] = []

    def failing(tx: Transaction) -> None:
        tx.append(LOG, log_row(90))
        tx.insert("variable", {"id": b"1", "name": "lost", "tags": "[]", "created": 1, "updated": 1})
        raise LookupError("no such thing")

    def attempt(decision: object) -> None:
        try:
            results.append(store.transact(decision))  # type: ignore[arg-type]
        except LookupError as error:
            results.append(error)

    decisions = [
        lambda tx: gate.wait(10),
        lambda tx: tx.append(LOG, log_row(1)),
        failing,
        lambda tx: tx.append(LOG, log_row(2)),
    ]
    threads = []
    for number, decision in enumerate(decisions):
        threads.append(threading.Thread(target=attempt, args=(decision,)))
        threads[-1].start()
        while store.backlog < number and number:
            time.sleep(0.001)
    gate.set()
    for thread in threads:
        thread.join()
    assert sum(isinstance(result, LookupError) for result in results) == 1
    assert stored(path, "SELECT timestamp FROM log ORDER BY 1") == [(1,), (2,)]
    assert stored(path, "SELECT count(*) FROM variable") == [(0,)]


class Stop(BaseException):
    """Not an Exception, as the engine's signals are not."""


def test_a_decision_may_raise_anything(store: SqliteStore) -> None:
    for error in (Stop(), KeyError("x"), StorageError("mine"), StopIteration()):
        with pytest.raises(type(error)):
            store.transact(lambda tx, error=error: _raise(error))
    assert store.transact(_count) == 0


def _raise(error: BaseException) -> None:
    raise error


def test_wrong_sql_is_the_decisions_own_fault(store: SqliteStore, path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        store.transact(lambda tx: tx.execute("SELECT * FROM nowhere"))
    with pytest.raises(sqlite3.IntegrityError):
        store.transact(lambda tx: tx.execute("INSERT INTO flow (id) VALUES (1)"))
    store.transact(lambda tx: tx.append(LOG, log_row(1)))
    assert stored(path, COUNT_LOGS) == [(1,)]


# --- delivery in any order, any number of times

HISTORY = ("PENDING", "RUNNING", "COMPLETED")


def _entries(runs: int) -> list[tuple[str, object]]:
    entries: list[tuple[str, object]] = []
    for run in range(1, runs + 1):
        for sequence, type in enumerate(HISTORY):
            row = run_row(run, sequence, type)
            wrapped = Draft(row[0], sequence, lambda row=row: row) if sequence == 1 else row  # type: ignore[arg-type]
            entries.append((TASK_RUN, Moves((state_row(run, sequence, type),), wrapped)))
        entries.append((LOG, log_row(run)))
    return entries


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.lists(st.integers(0, 40), max_size=6))
def test_shuffled_and_repeated_delivery_gives_the_same_rows(chance: random.Random, runs: int, cuts: list[int]) -> None:
    entries = _entries(runs)
    delivered = [*entries, *chance.choices(entries, k=len(entries))]
    chance.shuffle(delivered)
    with TemporaryDirectory() as folder:
        once, often = Path(folder, "once.db"), Path(folder, "often.db")
        for path, delivery, flushes in ((once, entries, ()), (often, delivered, cuts)):
            store = new_store(path)
            for number, (table, row) in enumerate(delivery):
                store.append(table, row)  # type: ignore[arg-type]
                if number in flushes:
                    store.flush()
            store.close()
        assert everything(once) == everything(often)
        assert stored(often, "SELECT DISTINCT state_type, sequence FROM task_run") == [("COMPLETED", 2)]


def test_of_two_ends_at_one_step_run_and_history_keep_the_same(store: SqliteStore, path: Path) -> None:
    for type in ("CRASHED", "COMPLETED"):
        store.append(TASK_RUN, Moves((state_row(1, 0, type),), run_row(1, 0, type)))
    store.flush()
    store.append(TASK_RUN, Moves((state_row(1, 0, "FAILED"),), run_row(1, 0, "FAILED")))
    store.flush()
    assert stored(path, "SELECT state_type FROM task_run") == stored(path, "SELECT type FROM task_run_state")


def test_all_sizes_of_batches_are_written_whole(store: SqliteStore, path: Path) -> None:
    total = 0
    for size in (1, 2, 3, 7, 8, 9, 255, 256, 257, 1023, 2000):
        for number in range(total, total + size):
            store.append(LOG, log_row(number))
        total += size
        store.flush()
        assert stored(path, COUNT_LOGS) == [(total,)]


def test_statements_stay_within_sqlites_bounds() -> None:
    for ledger in LEDGERS.values():
        assert len(ledger.columns) * (upserts.LARGEST_STATEMENT // len(ledger.columns)) <= 32_766


# --- values and entries that the database cannot take


@pytest.mark.parametrize(
    ("value", "kept"),
    [("half \udc80 surrogate", "half ? surrogate"), (2**63, str(2**63)), (-(2**80), str(-(2**80)))],
)
def test_a_value_without_a_place_is_mended(
    value: object, kept: str, store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2, 3):
        store.append(LOG, log_row(number, value if number == 2 else "said"))
    store.flush()
    assert stored(path, "SELECT message FROM log ORDER BY id") == [("said",), (kept,), ("said",)]
    assert "cannot be stored as it is" in caplog.text


def test_objects_and_nuls_are_stored_as_text(store: SqliteStore, path: Path) -> None:
    store.append(LOG, log_row(1, "a\x00b"))
    store.append(LOG, log_row(2, ["a", "list"]))
    store.flush()
    assert stored(path, "SELECT message FROM log ORDER BY id") == [("a\x00b",), ("['a', 'list']",)]


def test_an_entry_that_breaks_a_constraint_holds_up_nobody(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.append(LOG, log_row(1))
    store.append(LOG, log_row(2, None))
    store.append(LOG, log_row(3))
    store.flush(10)
    assert stored(path, COUNT_LOGS) == [(2,)]
    assert "A log entry cannot be stored and is left out: NOT NULL constraint failed: log.message" in caplog.text


def test_a_draft_that_cannot_be_made_holds_up_nobody(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.append(TASK_RUN, run_row(1, 0))
    store.append(TASK_RUN, Draft(b"2", 0, lambda: 1 / 0))  # type: ignore[arg-type, return-value]
    store.append(TASK_RUN, run_row(3, 0))
    store.flush(10)
    assert stored(path, "SELECT name FROM task_run ORDER BY id") == [("run-1",), ("run-3",)]
    assert "A task_run entry cannot be made and is left out: ZeroDivisionError" in caplog.text


# --- a database that refuses


class Failing:
    """Has a store's connection refuse from a moment on, as a full disk does."""

    def __init__(self, store: SqliteStore) -> None:
        self.refuse = False
        open_writer = store._file.writer

        def writer() -> sqlite3.Connection:
            if self.refuse:
                raise OSError(28, "No space left on device")
            return open_writer()

        store._file.writer = writer  # type: ignore[method-assign]


def test_what_a_full_disk_refuses_is_written_when_there_is_room(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.transact(_count)
    disk = Failing(store)
    disk.refuse = True
    for number in range(100):
        store.append(LOG, log_row(number))
    results: list[object] = []
    waiting = threading.Thread(target=lambda: results.append(store.transact(_count)))
    waiting.start()
    time.sleep(0.3)
    assert results == []
    disk.refuse = False
    waiting.join(5)
    assert results == [100]
    messages = [record.getMessage() for record in caplog.records if record.name == "prefect.storage"]
    assert len(messages) == 2
    assert messages[0].startswith(f"The disk that holds database {str(path)!r} is full")
    assert messages[1] == f"The record at {str(path)!r} is being written again."
    assert not any(record.exc_info for record in caplog.records)


def test_whoever_waits_is_told_in_the_end(store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.2)
    store.transact(_count)
    disk = Failing(store)
    disk.refuse = True
    store.append(LOG, log_row(1))
    for ask in (lambda: store.transact(_count), store.flush):
        with pytest.raises(StorageError, match="full"):
            ask()
    assert store.backlog == 1
    disk.refuse = False
    store.flush(10)
    assert stored(path, COUNT_LOGS) == [(1,)]


def test_a_deferred_decision_is_made_when_there_is_room(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.1)
    disk = Failing(store)
    disk.refuse = True
    store.defer(lambda tx: tx.append(LOG, log_row(1)))
    with pytest.raises(StorageError):
        store.flush()
    disk.refuse = False
    store.flush(10)
    assert stored(path, COUNT_LOGS) == [(1,)]


def test_a_flush_has_a_limit(store: SqliteStore, path: Path) -> None:
    store.transact(_count)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    store.append(LOG, log_row(1))
    with pytest.raises(StorageError, match=r"was not written to .* within 0.1 s"):
        store.flush(0.1)
    blocker.execute("ROLLBACK")
    blocker.close()
    store.flush(10)
    assert stored(path, COUNT_LOGS) == [(1,)]


def test_a_file_that_stays_locked_is_named(path: Path) -> None:
    store = new_store(path, busy_timeout=0.2)
    store.transact(_count)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match=r"stayed locked by another process for 0\.2 s"):
        store.transact(_count)
    blocker.execute("ROLLBACK")
    blocker.close()
    assert store.transact(_count) == 0
    store.close()


def test_a_full_queue_pushes_back(store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CAPACITY", 100)
    store.transact(_count)
    disk = Failing(store)
    disk.refuse = True
    writers = [
        threading.Thread(target=lambda base=base: [store.append(LOG, log_row(base + n)) for n in range(200)])
        for base in (0, 1000, 2000)
    ]
    for writer in writers:
        writer.start()
    time.sleep(0.5)
    assert any(writer.is_alive() for writer in writers)
    assert store.backlog <= 2 * 100 + len(writers) + 1
    disk.refuse = False
    for writer in writers:
        writer.join(20)
    store.flush(20)
    assert stored(path, COUNT_LOGS) == [(600,)]


# --- ending


def test_closing_writes_what_is_queued(path: Path) -> None:
    store = new_store(path)
    for number in range(50):
        store.append(LOG, log_row(number))
    store.close()
    assert stored(path, COUNT_LOGS) == [(50,)]
    assert not [thread for thread in threading.enumerate() if thread.name == "prefect-journal" and thread.is_alive()]
    assert not path.with_name("prefect.db-wal").exists()


def test_closing_twice_or_unused_is_nothing(path: Path) -> None:
    store = new_store(path)
    store.close()
    assert not path.exists()
    store.append(LOG, log_row(1))
    store.close()
    store.close()


def test_a_closed_store_can_be_used_again(path: Path) -> None:
    store = new_store(path)
    store.append(LOG, log_row(1))
    store.close()
    store.append(LOG, log_row(2))
    assert store.transact(_count) == 2
    store.close()


def test_closing_a_store_that_cannot_write_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.1)
    store = new_store(path)
    Failing(store).refuse = True
    store.append(LOG, log_row(1))
    with pytest.raises(StorageError):
        store.close(5)


def test_a_forked_child_writes_on_its_own(store: SqliteStore, path: Path) -> None:
    store.append(LOG, log_row(1))
    store.transact(_count)
    store.append(LOG, log_row(2))
    child = os.fork()
    if child == 0:
        try:
            store.append(LOG, log_row(3))
            ok = store.transact(_count) in (2, 3) and store.read(_count) in (2, 3)
            store.close()
            os._exit(0 if ok else 1)
        except BaseException:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert status == 0
    store.append(LOG, log_row(4))
    assert store.transact(_count) == 4
    assert stored(path, "PRAGMA integrity_check") == [("ok",)]


def test_what_is_queued_at_the_end_of_a_thread_is_not_lost(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from tests.storage.support import log_row, new_store
store = new_store(Path({str(tmp_path / "prefect.db")!r}))
for number in range(1000):
    store.append("log", log_row(number))
store.close()
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert stored(tmp_path / "prefect.db", COUNT_LOGS) == [(1000,)]
