"""What is promised of a store, whichever its dialect."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from prefect.core.journal import ARTIFACT, LEDGERS, LOG, TASK_RUN, Draft, Moves
from prefect.exceptions import StorageError
from prefect.storage.requests import Call
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction
from tests.storage.support import artifact_row, log_row, run_row, state_row
from tests.support.databases import Place

COUNT_LOGS = "SELECT count(*) FROM log"
VARIABLE: dict[str, object] = {"id": b"1" * 16, "name": "v", "value": "1", "tags": "[]", "created": 1, "updated": 1}


def count_logs(tx: Transaction) -> int:
    found = tx.one(COUNT_LOGS)
    assert found is not None
    number: int = found[0]
    return number


# --- appending


@pytest.mark.parametrize("size", [1, 2, 31, 32, 33, 3000])
def test_what_was_flushed_is_committed(store: Store, place: Place, size: int) -> None:
    for number in range(size):
        store.append(LOG, log_row(number, f"line {number}\t\\N"))
    store.flush()
    assert store.backlog == 0
    assert place.rows("SELECT count(*), min(timestamp), max(timestamp) FROM log") == [(size, 0, size - 1)]
    assert place.rows("SELECT message FROM log WHERE timestamp = 0") == [("line 0\t\\N",)]


def test_nothing_needs_to_ask_for_it_to_be_written(store: Store, place: Place) -> None:
    store.read(count_logs)
    store.append(LOG, log_row(1))
    deadline = time.monotonic() + 10
    while store.backlog and time.monotonic() < deadline:
        time.sleep(0.01)
    assert place.rows(COUNT_LOGS) == [(1,)]


def test_rows_come_back_as_they_went_in(store: Store, place: Place) -> None:
    row = run_row(1, 2, tags='["a", "ü"]', result=b"\x00\xff", map_index=3, run_time=2**40, task_inputs='{"x": 1}')
    store.append(TASK_RUN, row)
    store.flush()
    columns = LEDGERS[TASK_RUN].columns
    found = store.read(lambda tx: tx.one(f"SELECT {', '.join(columns)} FROM task_run"))
    assert found == row


def test_of_a_batch_and_of_the_record_the_newest_row_stays(store: Store, place: Place) -> None:
    for sequence in (0, 2, 1):
        store.append(TASK_RUN, run_row(1, sequence, str(sequence)))
        store.append(ARTIFACT, artifact_row(1, sequence))
    store.flush()
    store.append(TASK_RUN, run_row(1, 1, "late"))
    store.append(ARTIFACT, artifact_row(1, 1))
    store.flush()
    assert place.rows("SELECT state_type, sequence FROM task_run") == [("2", 2)]
    assert place.rows("SELECT updated FROM artifact") == [(2,)]


def test_what_a_superseded_attempt_writes_is_refused(store: Store, place: Place) -> None:
    for number, sequence in ((1, 1), (2, 3), (1, 9)):
        store.append(TASK_RUN, run_row(1, sequence, attempt=number))
        store.flush()
    assert place.rows("SELECT attempt, sequence FROM task_run") == [(2, 3)]


def test_a_draft_is_made_only_if_it_is_wanted(store: Store, place: Place) -> None:
    row = run_row(1, 1, "COMPLETED")
    store.append(TASK_RUN, Draft(bytes(row[0]), 0, lambda: 1 / 0))  # type: ignore[arg-type, return-value]
    store.append(TASK_RUN, row)
    store.flush()
    assert place.rows("SELECT state_type FROM task_run") == [("COMPLETED",)]


HISTORY = ("PENDING", "RUNNING", "COMPLETED")


def _entries(runs: int) -> list[tuple[str, Any]]:
    entries: list[tuple[str, Any]] = []
    for run in range(1, runs + 1):
        for sequence, type in enumerate(HISTORY):
            entries.append((TASK_RUN, Moves((state_row(run, sequence, type),), run_row(run, sequence, type))))
        entries.append((LOG, log_row(run)))
    return entries


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_repeated_delivery_by_several_gives_the_same_rows(place: Place, seed: int) -> None:
    chance = random.Random(seed)
    entries = _entries(40)
    stores = [place.store(f"host/boot/{number}/1") for number in range(3)]
    senders = []
    for store in stores:
        delivered = [*entries, *chance.choices(entries, k=len(entries))]
        chance.shuffle(delivered)
        senders.append(threading.Thread(target=_deliver, args=(store, delivered, chance.randrange(20, 100))))
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert place.rows("SELECT DISTINCT state_type, sequence FROM task_run") == [("COMPLETED", 2)]
    assert place.rows("SELECT count(*) FROM task_run_state") == [(120,)]
    assert place.rows(COUNT_LOGS) == [(40,)]


def _deliver(store: Store, entries: Sequence[tuple[str, Any]], every: int) -> None:
    for number, (table, row) in enumerate(entries):
        store.append(table, row)
        if number % every == 0:
            store.flush()
    store.flush()


# --- what the database can never take


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("half \udc80 surrogate", {"half ? surrogate"}),
        (2**63, {str(2**63)}),
        (-(2**80), {str(-(2**80))}),
        ("a\x00b", {"a\x00b", "a\ufffdb"}),
    ],
)
@pytest.mark.parametrize("size", [3, 200])
def test_a_value_without_a_place_is_mended(
    store: Store, place: Place, value: object, kept: set[str], size: int
) -> None:
    for number in range(size):
        store.append(LOG, log_row(number, value if number == 1 else "said"))
    store.flush()
    assert {row[0] for row in place.rows("SELECT message FROM log WHERE timestamp = 1")} <= kept
    assert place.rows("SELECT count(*) FROM log WHERE message = 'said'") == [(size - 1,)]


@pytest.mark.parametrize("size", [3, 200])
def test_an_entry_that_breaks_a_constraint_holds_up_nobody(
    store: Store, place: Place, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    for number in range(size):
        store.append(LOG, log_row(number, None if number == 1 else "said"))
    store.append(TASK_RUN, Draft(b"2", 0, lambda: 1 / 0))  # type: ignore[arg-type, return-value]
    store.flush()
    assert place.rows(COUNT_LOGS) == [(size - 1,)]
    assert "A log entry cannot be stored and is left out: " in caplog.text
    assert "A task_run entry cannot be made and is left out: ZeroDivisionError" in caplog.text


# --- deciding


def test_a_decision_is_committed_when_it_returns(store: Store, place: Place) -> None:
    assert store.transact(lambda tx: tx.insert("variable", VARIABLE)) == 1
    assert place.rows("SELECT name, value FROM variable") == [("v", "1")]


def test_a_decision_sees_what_was_appended_before_it(store: Store) -> None:
    for number in range(500):
        store.append(LOG, log_row(number))
        if number % 100 == 99:
            assert store.transact(count_logs) == number + 1


def test_what_a_decision_appends_is_committed_with_it(store: Store, place: Place) -> None:
    store.transact(lambda tx: tx.append(LOG, log_row(1)))
    assert place.rows(COUNT_LOGS) == [(1,)]


class Stop(BaseException):
    """Not an Exception, as the engine's signals are not."""


@pytest.mark.parametrize("error", [Stop(), KeyError("x"), StorageError("mine"), StopIteration()])
def test_a_failing_decision_undoes_itself_alone(store: Store, place: Place, error: BaseException) -> None:
    def failing(tx: Transaction) -> None:
        tx.append(LOG, log_row(90))
        tx.insert("variable", VARIABLE)
        raise error

    outcomes: list[object] = []
    others = [
        threading.Thread(target=lambda n=n: store.transact(lambda tx: tx.append(LOG, log_row(n)))) for n in range(20)
    ]
    for thread in others:
        thread.start()
    with pytest.raises(type(error)):
        outcomes.append(store.transact(failing))
    for thread in others:
        thread.join()
    assert outcomes == []
    assert place.rows(COUNT_LOGS) == [(20,)]
    assert place.rows("SELECT count(*) FROM variable") == [(0,)]


def test_wrong_sql_is_the_decisions_own_fault(store: Store, place: Place) -> None:
    for sql in ("SELECT * FROM nowhere", "INSERT INTO variable (name) VALUES ('x')"):
        with pytest.raises(Exception, match=r"nowhere|NOT NULL|not-null") as caught:
            store.transact(lambda tx, sql=sql: tx.execute(sql))  # type: ignore[misc]
        assert not isinstance(caught.value, StorageError)
    store.transact(lambda tx: tx.append(LOG, log_row(1)))
    assert place.rows(COUNT_LOGS) == [(1,)]


def test_decisions_about_one_row_do_not_overtake_each_other(place: Place) -> None:
    """Read, add one, write back: by several processes and threads, none is lost."""
    stores = [place.store(f"host/boot/{number}/1") for number in range(3)]
    stores[0].transact(lambda tx: tx.insert("variable", {**VARIABLE, "value": "0"}))

    def add(tx: Transaction) -> None:
        row = tx.one("SELECT value FROM variable WHERE name = ?" + tx.locking, ("v",))
        assert row is not None
        tx.execute("UPDATE variable SET value = ? WHERE name = ?", (str(int(row[0]) + 1), "v"))

    threads = [
        threading.Thread(target=lambda store=store: [store.transact(add) for _ in range(20)])
        for store in stores
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert place.rows("SELECT value FROM variable") == [("180",)]


def test_who_looks_first_and_makes_what_is_missing_makes_it_once(place: Place) -> None:
    stores = [place.store(f"host/boot/{number}/1") for number in range(4)]

    def make(tx: Transaction, number: int) -> bytes:
        found = tx.one("SELECT id FROM variable WHERE name = ?", ("v",))
        if found is None:
            time.sleep(0.02)
            tx.insert("variable", {**VARIABLE, "id": bytes([number]) * 16})
            return bytes([number]) * 16
        known: bytes = found[0]
        return known

    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda n=n, s=s: made.append(s.transact(lambda tx: make(tx, n))))
        for n, s in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 4
    assert len(set(made)) == 1


def test_flags_and_moments_and_sums_are_plain_values(store: Store) -> None:
    limit: dict[str, object] = {"id": b"1" * 16, "kind": "global", "name": "a?b", "slots": 2, "active": True}
    rest: dict[str, object] = {"slot_decay_per_second": 0.5, "rate_level": 0.0, "rate_moment": 2**50}
    store.transact(lambda tx: tx.insert("concurrency_limit", {**limit, **rest, "created": 1, "updated": 1}))
    columns = "active, slots, slot_decay_per_second, rate_moment, id, name"
    asked = f"SELECT {columns} FROM concurrency_limit WHERE active = 1 AND name = 'a?b' AND slots < ?"
    assert store.read(lambda tx: tx.one(asked, (3,))) == (1, 2, 0.5, 2**50, b"1" * 16, "a?b")
    total = store.read(lambda tx: tx.one("SELECT SUM(rate_moment), AVG(slots) FROM concurrency_limit"))
    assert total == (2**50, 2)
    assert total is not None
    assert type(total[0]) is int
    assert store.read(lambda tx: tx.columns("concurrency_limit"))[:3] == ["id", "kind", "name"]


# --- without waiting


class Outcomes:
    """Collects what is called back."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, BaseException | None]] = []
        self._changed = threading.Condition()

    def add(self, result: Any, error: BaseException | None) -> None:
        with self._changed:
            self.seen.append((result, error))
            self._changed.notify_all()

    def wait(self, number: int) -> list[tuple[Any, BaseException | None]]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.seen) >= number, 20)
            return self.seen


def test_a_decision_that_nobody_waits_for_calls_back_after_its_commit(store: Store, place: Place) -> None:
    outcomes = Outcomes()
    seen: list[list[tuple[Any, ...]]] = []

    def done(result: Any, error: BaseException | None) -> None:
        seen.append(place.rows("SELECT name FROM variable"))
        outcomes.add(result, error)

    store.transact_later(lambda tx: tx.insert("variable", VARIABLE), done)
    assert outcomes.wait(1) == [(1, None)]
    assert seen == [[("v",)]]


def test_its_error_is_called_back(store: Store, place: Place) -> None:
    outcomes = Outcomes()
    problem = LookupError("no such thing")

    def failing(tx: Transaction) -> None:
        tx.insert("variable", VARIABLE)
        raise problem

    store.transact_later(failing, outcomes.add)
    assert outcomes.wait(1) == [(None, problem)]
    assert place.rows("SELECT count(*) FROM variable") == [(0,)]


def test_a_flush_calls_back(store: Store, place: Place) -> None:
    outcomes = Outcomes()
    for number in range(100):
        store.append(LOG, log_row(number))
    store.flush_later(outcomes.add)
    outcomes.wait(1)
    assert place.rows(COUNT_LOGS) == [(100,)]


def test_callbacks_of_one_commit_are_delivered_together(store: Store, place: Place) -> None:
    outcomes = Outcomes()
    deliveries: list[int] = []

    def deliver(calls: Sequence[Call]) -> None:
        deliveries.append(len(calls))
        for call in calls:
            call()

    store.deliver_by(deliver)
    store.transact(count_logs)
    gate = threading.Event()
    for _ in range(8):  # as many as there are connections, where there are several
        store.transact_later(lambda tx: gate.wait(10), outcomes.add)
    for number in range(200):
        store.transact_later(lambda tx, n=number: tx.append(LOG, log_row(n)), outcomes.add)  # type: ignore[misc]
    gate.set()
    outcomes.wait(208)
    assert sum(deliveries) == 208
    assert max(deliveries) >= 10
    assert place.rows(COUNT_LOGS) == [(200,)]


def test_a_callback_that_fails_keeps_nobody_from_theirs(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    outcomes = Outcomes()

    def failing(result: Any, error: BaseException | None) -> None:
        raise KeyError("mine")

    for done in (failing, outcomes.add, failing, outcomes.add):
        store.transact_later(count_logs, done)
    assert outcomes.wait(2) == [(0, None)] * 2
    store.close()
    assert "What follows a commit failed" in caplog.text


def test_a_deferred_decision_is_made(store: Store, place: Place) -> None:
    store.append(LOG, log_row(1))
    store.defer(lambda tx: tx.append(LOG, log_row(1 + count_logs(tx))))
    store.flush(10)
    assert place.rows("SELECT timestamp FROM log ORDER BY 1") == [(1,), (2,)]


# --- reading


def test_reading_sees_what_is_committed_and_changes_nothing(store: Store) -> None:
    store.transact(lambda tx: tx.insert("variable", VARIABLE))
    assert store.read(lambda tx: tx.all("SELECT name, tags FROM variable")) == [("v", "[]")]
    with pytest.raises(StorageError):
        store.read(lambda tx: tx.execute("DELETE FROM variable"))
    with pytest.raises(TypeError, match="cannot append to 'log'"):
        store.read(lambda tx: tx.append(LOG, log_row(1)))
    assert store.read(lambda tx: tx.locking) == ""
    assert store.read(lambda tx: tx.one("SELECT count(*) FROM variable")) == (1,)


def test_many_threads_read_and_write_at_once(store: Store) -> None:
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                store.transact(lambda tx, n=number * 100 + turn: tx.append(LOG, log_row(n)))  # type: ignore[misc]
                assert store.read(count_logs) > turn
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert store.read(count_logs) == 240


# --- ending


def test_closing_writes_what_is_queued_and_ends_the_threads(place: Place) -> None:
    store = place.store()
    outcomes = Outcomes()
    before = threading.active_count()
    for number in range(50):
        store.append(LOG, log_row(number))
    store.transact_later(lambda tx: tx.insert("variable", VARIABLE), outcomes.add)
    store.close()
    assert outcomes.seen == [(1, None)]
    assert place.rows(COUNT_LOGS) == [(50,)]
    assert threading.active_count() <= before


def test_a_closed_store_can_be_used_again(store: Store) -> None:
    store.close()
    store.append(LOG, log_row(1))
    store.close()
    store.append(LOG, log_row(2))
    assert store.transact(count_logs) == 2
    assert store.read(count_logs) == 2


def test_a_forked_child_has_a_record_of_its_own_to_write(store: Store, place: Place) -> None:
    store.append(LOG, log_row(1))
    store.transact(count_logs)
    store.append(LOG, log_row(2))
    child = os.fork()
    if child == 0:
        os._exit(_in_the_child(store))
    _, status = os.waitpid(child, 0)
    assert status == 0
    store.append(LOG, log_row(4))
    assert store.transact(count_logs) == 4


def _in_the_child(store: Store) -> int:
    try:
        store.append(LOG, log_row(3))
        ok = store.transact(count_logs) in (2, 3) and store.read(count_logs) in (2, 3)
        store.close()
    except BaseException:
        return 2
    return 0 if ok else 1


def test_both_kinds_of_store_are_stores() -> None:
    """The protocol and its implementations agree, name by name."""
    from prefect.storage.postgres.store import PostgresStore
    from prefect.storage.sqlite.store import SqliteStore

    promised: dict[str, Callable[..., object]] = {
        name: member for name, member in vars(Store).items() if not name.startswith("_") and callable(member)
    }
    for kind in (SqliteStore, PostgresStore):
        assert set(promised) <= set(dir(kind))
