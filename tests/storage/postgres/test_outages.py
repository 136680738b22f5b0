"""The database goes away and comes back: nothing is lost, nothing is done twice, and whoever waits is told in the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from prefect.core.journal import LOG
from prefect.exceptions import DatabaseBusy, DatabaseReadOnly, StorageError
from prefect.storage import requests
from prefect.storage.aggregates import flows
from prefect.storage.aggregates.reading import Reading
from prefect.storage.transaction import Transaction
from tests.storage.support import log_row
from tests.support.cable import Cable
from tests.support.databases import Place

COUNT = "SELECT count(*) FROM log"
VARIABLE: dict[str, object] = {"id": b"1" * 16, "name": "v", "value": "0", "tags": "[]", "created": 1, "updated": 1}


def _count(tx: Transaction) -> Any:
    return (tx.one(COUNT) or (None,))[0]


def _in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    results: list[object] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def test_connections_that_were_cut_are_replaced(far: Place, cable: Cable) -> None:
    store = far.store()
    for number in range(5):
        store.append(LOG, log_row(number))
        store.flush()
        assert store.transact(_count) == number + 1
        assert store.read(_count) == number + 1
        cable.cut()


def test_the_reading_door_opens_again(far: Place, cable: Cable) -> None:
    reading = Reading(far.store())
    assert flows.page(reading, 10) == []
    cable.cut()
    assert flows.page(reading, 10) == []
    cable.pull()
    with pytest.raises(StorageError, match="cannot be reached"):
        flows.page(reading, 10)
    cable.plug()
    assert flows.page(reading, 10) == []
    reading.close()


def test_what_is_appended_meanwhile_is_written_when_it_is_back(
    far: Place, cable: Cable, caplog: pytest.LogCaptureFixture
) -> None:
    store = far.store()
    store.transact(_count)
    cable.pull()
    for number in range(200):
        store.append(LOG, log_row(number))
    store.defer(lambda tx: tx.append(LOG, log_row(1000)))
    waiting = [_in_thread(store.flush), _in_thread(lambda: store.transact(_count))]
    time.sleep(0.5)
    assert [results for _, results in waiting] == [[], []]
    assert store.backlog > 200
    cable.plug()
    for thread, _ in waiting:
        thread.join(10)
    assert waiting[0][1] == [None]
    assert waiting[1][1] == [201]
    messages = [record.getMessage() for record in caplog.records if record.name == "prefect.storage"]
    assert len(messages) == 2
    assert "cannot be reached" in messages[0]
    assert messages[1].endswith("is being written again.")


def test_whoever_waits_is_told_in_the_end(far: Place, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.3)
    store = far.store()
    store.transact(_count)
    cable.pull()
    store.append(LOG, log_row(1))
    later: list[object] = []
    store.transact_later(_count, lambda result, error: later.append(error))
    for ask in (lambda: store.transact(_count), store.flush, lambda: store.read(_count)):
        with pytest.raises(StorageError, match=rf"at 127\.0\.0\.1:{cable.port} cannot be reached; start it") as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert isinstance(later[0], StorageError)
    cable.plug()
    store.flush(10)
    assert store.transact(_count) == 1


def test_a_decision_whose_connection_is_lost_is_made_again(far: Place, cable: Cable) -> None:
    """Its changes had not been committed, so they are not there twice."""
    store = far.store()
    store.transact(lambda tx: tx.insert("variable", VARIABLE))
    tries: list[int] = []

    def add(tx: Transaction) -> int:
        tx.execute("UPDATE variable SET value = (value::int + 1)::text")
        tries.append(len(tries))
        if len(tries) < 3:
            cable.cut()
        return tx.execute("UPDATE variable SET updated = updated + 1")

    assert store.transact(add) == 1
    assert len(tries) == 3
    assert far.rows("SELECT value, updated FROM variable") == [("1", 2)]


def test_a_commit_whose_answer_was_lost_is_said_to_be_unknown(far: Place, cable: Cable) -> None:
    store = far.store()
    store.transact(lambda tx: tx.execute("CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
                                         " $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$"))  # fmt: skip
    store.transact(lambda tx: tx.execute(
        "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON variable INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()"
    ))  # fmt: skip
    try:
        thread, results = _in_thread(lambda: store.transact(lambda tx: tx.insert("variable", VARIABLE)))
        time.sleep(0.25)
        cable.cut()
        thread.join(10)
        assert isinstance(results[0], StorageError)
        assert "was lost while committing" in str(results[0])
    finally:
        time.sleep(0.5)
        store.transact(lambda tx: tx.execute("DROP FUNCTION dawdle CASCADE"))


def test_decisions_that_lock_each_other_out_are_begun_anew(place: Place) -> None:
    store = place.store()
    store.transact(lambda tx: tx.insert("variable", VARIABLE))
    store.transact(lambda tx: tx.insert("variable", {**VARIABLE, "id": b"2" * 16, "name": "w"}))
    both = threading.Barrier(2)
    tries: list[str] = []

    def cross(first: str, second: str) -> Callable[[Transaction], None]:
        def decide(tx: Transaction) -> None:
            tries.append(first)
            tx.execute("UPDATE variable SET value = (value::int + 1)::text WHERE name = ?", (first,))
            if len(tries) <= 2:
                both.wait(5)
            tx.execute("UPDATE variable SET value = (value::int + 1)::text WHERE name = ?", (second,))

        return decide

    threads = [_in_thread(lambda a=a, b=b: store.transact(cross(a, b))) for a, b in (("v", "w"), ("w", "v"))]  # type: ignore[misc]
    for thread, results in threads:
        thread.join(20)
        assert results == [None]
    assert len(tries) >= 3
    assert place.rows("SELECT name, value FROM variable ORDER BY 1") == [("v", "2"), ("w", "2")]


def test_a_statement_that_takes_too_long_is_ended(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store = place.store(statement_timeout=0.2)
    for ask in (store.transact, store.read):
        with pytest.raises(DatabaseBusy, match="did not finish a statement in time"):
            ask(lambda tx: tx.one("SELECT pg_sleep(5)"))


def test_a_standby_is_named_as_what_it_is(place: Place) -> None:
    store = place.store(parameters={"options": "-c default_transaction_read_only=on"})
    with pytest.raises(DatabaseReadOnly, match="connect to the primary"):
        store.transact(lambda tx: tx.insert("variable", VARIABLE))


def test_a_swallowed_failure_is_not_taken_for_a_commit(place: Place) -> None:
    store = place.store()

    def careless(tx: Transaction) -> str:
        tx.insert("variable", VARIABLE)
        try:
            tx.execute("SELECT * FROM nowhere")
        except psycopg.Error:
            return "fine"
        return "never"

    with pytest.raises(StorageError, match="undid a transaction"):
        store.transact(careless)
    assert place.rows("SELECT count(*) FROM variable") == [(0,)]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/db", r"database 'db' at 127\.0\.0\.1:1 cannot be reached"),
        ("postgresql+asyncpg://u:s3cret@localhost:1/db?prepared_statement_cache_size=0", "at localhost:1 cannot be"),
    ],
)
def test_a_server_that_is_not_there_is_named_without_the_password(url: str, said: str) -> None:
    store = Place("postgresql", url).store()
    with pytest.raises(StorageError, match=said) as caught:
        store.read(_count)
    assert "s3cret" not in str(caught.value)
    assert "PREFECT_SERVER_DATABASE_CONNECTION_URL" in str(caught.value)


def test_a_database_that_does_not_exist_is_named(place: Place) -> None:
    missing = Place("postgresql", place.url.rpartition("/")[0] + "/nowhere").store()
    with pytest.raises(StorageError, match="'nowhere' at .* does not exist; create it"):
        missing.read(_count)
