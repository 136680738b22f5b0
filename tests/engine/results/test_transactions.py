from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from prefect.engine.results.filesystems import LocalFileSystem
from prefect.engine.results.locks import MemoryLockManager
from prefect.engine.results.store import ResultStore
from prefect.engine.results.transactions import (
    BaseTransaction,
    CommitMode,
    IsolationLevel,
    Transaction,
    TransactionState,
    get_transaction,
    transaction,
)
from tests.engine.results.conftest import Installation

State = TransactionState
Hook = Callable[[BaseTransaction], Any]


class Log:
    """What hooks did, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def hook(self, line: str) -> Hook:
        def hook(txn: BaseTransaction) -> None:
            self.lines.append(line)

        return hook

    def stage(self, txn: BaseTransaction, name: str, value: Any = None) -> None:
        txn.stage(value, on_commit_hooks=[self.hook(f"commit {name}")], on_rollback_hooks=[self.hook(f"undo {name}")])


class Boom(Exception):
    pass


def boom(txn: BaseTransaction) -> None:
    raise Boom("a hook failed")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def locked(folder: Path) -> ResultStore:
    locks = MemoryLockManager()
    return ResultStore(
        result_storage=LocalFileSystem(basepath=str(folder)), lock_manager=locks, cache_result_in_memory=False
    )


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*") if each.is_file())


# --- states


def test_the_way_of_a_transaction(store: ResultStore) -> None:
    txn = Transaction(store=store, key="k")
    assert (txn.state, txn.is_pending()) == (State.PENDING, True)
    with txn:
        assert (txn.state, txn.is_active()) == (State.ACTIVE, True)
        txn.stage(5)
        assert (txn.state, txn.is_staged()) == (State.STAGED, True)
    assert (txn.state, txn.is_committed()) == (State.COMMITTED, True)
    assert store.read("k").result == 5


def test_a_block_that_raises_is_rolled_back(store: ResultStore, folder: Path, log: Log) -> None:
    with pytest.raises(Boom):
        with transaction(key="k", store=store) as txn:
            log.stage(txn, "it")
            raise Boom
    assert (txn.state, txn.is_rolled_back()) == (State.ROLLED_BACK, True)
    assert (log.lines, files(folder)) == (["undo it"], [])


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_interruptions_roll_back_too(error: type[BaseException], log: Log) -> None:
    with pytest.raises(error):
        with transaction() as txn:
            log.stage(txn, "it")
            raise error
    assert log.lines == ["undo it"]


def test_nothing_staged_is_none(store: ResultStore) -> None:
    with transaction(key="k", store=store):
        pass
    assert store.read("k").result is None


def test_it_is_entered_once() -> None:
    txn = Transaction()
    with txn:
        pass
    with pytest.raises(RuntimeError, match="entered once; this one is COMMITTED"):
        with txn:
            pass


def test_by_hand(store: ResultStore) -> None:
    txn = Transaction(store=store, key="k")
    txn.begin()
    txn.stage(7)
    assert txn.commit()
    assert not txn.commit()
    assert not txn.rollback()
    record = txn.read()
    assert record is not None
    assert record.result == 7


@pytest.mark.parametrize("name", ["nope", 5])
def test_modes_that_do_not_exist(name: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid CommitMode"):
        Transaction(commit_mode=name)
    assert Transaction(commit_mode="EAGER").commit_mode is CommitMode.EAGER


# --- records


def test_a_key_that_is_taken_counts_as_committed(store: ResultStore) -> None:
    with transaction(key="k", store=store) as txn:
        txn.stage(1)
    with transaction(key="k", store=store) as txn:
        assert txn.is_committed()
        found = txn.read()
        assert found is not None
        assert found.result == 1
        txn.stage(2)
        assert txn.is_committed()
    assert store.read("k").result == 1


def test_overwriting(store: ResultStore) -> None:
    store.write(1, "k")
    with transaction(key="k", store=store, overwrite=True) as txn:
        assert txn.is_active()
        txn.stage(2)
    assert store.read("k").result == 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"metadata": {"serializer": {"type": "pickle"}}, "result": "gAVLAS4="}']
)
def test_a_record_that_is_damaged_or_planted_is_computed_anew(store: ResultStore, folder: Path, content: bytes) -> None:
    (folder / "k").write_bytes(content)
    with transaction(key="k", store=store) as txn:
        assert not txn.is_committed()
        txn.stage(3)
    assert store.read("k").result == 3


def test_nothing_is_written_if_not_asked_for(store: ResultStore, folder: Path) -> None:
    with transaction(key="k", store=store, write_on_commit=False) as txn:
        txn.stage(1)
    with transaction(store=store) as keyless:
        keyless.stage(1)
    assert (txn.state, keyless.state, files(folder)) == (State.COMMITTED, State.COMMITTED, [])
    assert keyless.read() is None


def test_a_staged_record_is_written_as_it_is(store: ResultStore) -> None:
    with transaction(key="k", store=store) as txn:
        txn.stage(store.create_result_record([1], "elsewhere"))
    assert store.read("elsewhere").result == [1]
    assert not store.exists("k")


def test_the_default_store(installation: Installation) -> None:
    with transaction(key="k") as txn:
        txn.stage(1)
    assert (installation.config.results_storage_path / "k").exists()


def test_what_cannot_be_serialized_is_rolled_back(
    store: ResultStore, folder: Path, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "prefect.transactions"):
        with transaction(key="k", store=store) as txn:
            log.stage(txn, "it", threading.Lock())
    assert (txn.state, log.lines, files(folder)) == (State.ROLLED_BACK, ["commit it", "undo it"], [])
    assert (
        "Encountered an error while serializing result for transaction 'k': Failed to serialize object of type 'lock'"
        in caplog.text
    )


def test_a_full_storage_is_rolled_back_and_named(folder: Path, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "file").touch()
    broken = ResultStore(result_storage=LocalFileSystem(basepath=str(folder / "file" / "below")))
    with transaction(key="k", store=broken) as txn:
        log.stage(txn, "it", 1)
    assert (txn.state, log.lines[-1]) == (State.ROLLED_BACK, "undo it")
    assert "Cannot write the result at" in caplog.text


# --- hooks


def test_hooks_run_in_order_and_back(log: Log) -> None:
    for outcome in (None, Boom):
        with suppress(Boom):
            with transaction() as txn:
                log.stage(txn, "one")
                log.stage(txn, "two")
                if outcome:
                    raise outcome
    assert log.lines == ["commit one", "commit two", "undo two", "undo one"]


def test_a_commit_hook_that_fails_rolls_back(
    store: ResultStore, folder: Path, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(key="k", store=store) as txn:
        txn.stage(1, on_commit_hooks=[boom, log.hook("later")], on_rollback_hooks=[log.hook("undo")])
    assert (txn.state, log.lines, files(folder)) == (State.ROLLED_BACK, ["undo"], [])
    assert "An error was encountered while running commit hook 'boom'" in caplog.text
    assert "An error was encountered while committing transaction 'k'" in caplog.text


def test_a_rollback_hook_that_fails_ends_the_rollback(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="the reason"):
        with transaction() as txn:
            txn.stage(1, on_rollback_hooks=[log.hook("first"), boom, log.hook("last")])
            raise ValueError("the reason")
    assert log.lines == ["last"]
    assert txn.is_staged()
    assert "An error was encountered while rolling back transaction None" in caplog.text


def test_hooks_see_the_transaction() -> None:
    seen: list[Any] = []
    with transaction() as txn:
        txn.set("path", "x")
        txn.stage(None, on_commit_hooks=[lambda each: seen.append((each is txn, each.get("path"), each.state))])
    assert seen == [(True, "x", State.STAGED)]


def test_asynchronous_hooks_of_a_sync_transaction(log: Log) -> None:
    async def hook(txn: BaseTransaction) -> None:
        await asyncio.sleep(0)
        log.lines.append("async")

    with transaction() as txn:
        txn.stage(None, on_commit_hooks=[hook])
    assert log.lines == ["async"]


def test_a_hook_run_by_hand_is_logged(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "prefect.transactions"):
        Transaction().run_hook(log.hook("it"), "commit")
    assert log.lines == ["it"]
    assert "Running commit hook 'hook'" in caplog.text
    assert "Commit hook 'hook' finished running successfully" in caplog.text


def test_another_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mine"):
        with transaction(logger=logging.getLogger("mine")) as txn:
            txn.stage(None, on_commit_hooks=[lambda each: None])
    assert {record.name for record in caplog.records} == {"mine"}


# --- nesting


def test_children_commit_before_their_parents(store: ResultStore, folder: Path, log: Log) -> None:
    with transaction(key="outer", store=store) as outer:
        log.stage(outer, "outer")
        for name in ("a", "b"):
            with transaction(key=name, store=store) as child:
                log.stage(child, name, name)
            assert (child.state, child.get_parent()) == (State.STAGED, outer)
        assert files(folder) == []
    assert log.lines == ["commit a", "commit b", "commit outer"]
    assert files(folder) == ["a", "b", "outer"]


def test_a_parent_takes_its_children_back(log: Log) -> None:
    with suppress(Boom):
        with transaction() as outer:
            log.stage(outer, "outer")
            for name in ("a", "b"):
                with transaction() as child:
                    log.stage(child, name)
                    with transaction() as inner:
                        log.stage(inner, f"inside {name}")
            raise Boom
    assert log.lines == ["undo outer", "undo b", "undo inside b", "undo a", "undo inside a"]


def test_a_child_takes_its_parent_along(log: Log) -> None:
    with transaction() as outer:
        log.stage(outer, "outer")
        with suppress(Boom):
            with transaction() as child:
                log.stage(child, "child")
                raise Boom
        assert outer.is_rolled_back()
    assert log.lines == ["undo child", "undo outer"]


def test_eager_children_stay(store: ResultStore, log: Log) -> None:
    with suppress(Boom):
        with transaction():
            with transaction(key="k", store=store, commit_mode=CommitMode.EAGER) as child:
                log.stage(child, "child", 1)
            assert child.is_committed()
            raise Boom
    assert log.lines == ["commit child"]
    assert store.read("k").result == 1


def test_modes_are_inherited() -> None:
    with transaction(commit_mode=CommitMode.EAGER) as outer, transaction() as child:
        assert (outer.commit_mode, child.commit_mode) == (CommitMode.EAGER, CommitMode.EAGER)
    with transaction() as outer, transaction() as child:
        assert (outer.commit_mode, child.commit_mode) == (CommitMode.LAZY, CommitMode.LAZY)
        assert (outer.isolation_level, child.isolation_level) == (IsolationLevel.READ_COMMITTED,) * 2


def test_off_needs_a_commit(log: Log) -> None:
    with transaction(commit_mode=CommitMode.OFF) as forgotten:
        log.stage(forgotten, "forgotten")
        with transaction() as child:
            log.stage(child, "child")
        assert child.is_staged()
    with transaction(commit_mode=CommitMode.OFF) as committed:
        log.stage(committed, "committed")
        assert committed.commit()
    assert (forgotten.state, child.state, committed.state) == (State.ROLLED_BACK, State.ROLLED_BACK, State.COMMITTED)
    assert log.lines == ["undo forgotten", "undo child", "commit committed"]


def test_a_child_that_cannot_commit_does_not_stop_the_others(log: Log) -> None:
    with transaction() as outer:
        log.stage(outer, "outer")
        with transaction() as bad:
            bad.stage(None, on_commit_hooks=[boom], on_rollback_hooks=[log.hook("undo bad")])
        with transaction() as good:
            log.stage(good, "good")
    assert (outer.state, bad.state, good.state) == (State.COMMITTED, State.ROLLED_BACK, State.COMMITTED)
    assert log.lines == ["undo bad", "commit good", "commit outer"]


# --- values


def test_values_are_seen_by_children_only() -> None:
    with transaction() as outer:
        outer.set("a", 1)
        with transaction() as child:
            assert child.get("a") == 1
            child.set("a", 2)
            child.set("b", 3)
            outer.set("late", 4)
            with transaction() as inner:
                assert (inner.get("a"), inner.get("b"), inner.get("late")) == (2, 3, 4)
        assert outer.get("a") == 1
        assert outer.get("b", None) is None
        with pytest.raises(ValueError, match="Could not retrieve value for unknown key: b"):
            outer.get("b")


# --- which one is active


def test_the_active_transaction() -> None:
    assert get_transaction() is None
    with transaction() as outer:
        assert get_transaction() is Transaction.get_active() is outer
        with transaction() as child:
            assert get_transaction() is child
        assert get_transaction() is outer
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.append(get_transaction()))
        thread.start()
        thread.join()
        assert found == [None]
    assert get_transaction() is None
