"""Transactions that keep others out, and transactions in event loops."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from prefect.engine.results.filesystems import LocalFileSystem
from prefect.engine.results.locks import MemoryLockManager
from prefect.engine.results.store import ResultStore
from prefect.engine.results.transactions import (
    AsyncTransaction,
    BaseTransaction,
    IsolationLevel,
    atransaction,
    get_transaction,
    transaction,
)
from prefect.exceptions import ConfigurationError
from tests.engine.results.test_transactions import Boom, Log, State, boom


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def locked(folder: Path) -> ResultStore:
    locks = MemoryLockManager()
    return ResultStore(
        result_storage=LocalFileSystem(basepath=str(folder)), lock_manager=locks, cache_result_in_memory=False
    )


# --- isolation


def test_serializable_needs_locks(store: ResultStore) -> None:
    with pytest.raises(
        ConfigurationError, match="Isolation level SERIALIZABLE is not supported by provided configuration"
    ):
        with transaction(key="k", store=store, isolation_level=IsolationLevel.SERIALIZABLE):
            pass
    assert get_transaction() is None


def test_a_serializable_key_is_locked_meanwhile(locked: ResultStore) -> None:
    for error in (None, Boom):
        with suppress(Boom):
            with transaction(key="k", store=locked, isolation_level=IsolationLevel.SERIALIZABLE, overwrite=True) as txn:
                assert locked.is_lock_holder("k")
                txn.stage(1)
                if error:
                    raise error
        assert not locked.is_locked("k")


def test_a_key_that_is_taken_is_not_kept_locked(locked: ResultStore) -> None:
    locked.write(1, "k")
    with transaction(key="k", store=locked, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
        assert txn.is_committed()
        assert not locked.is_locked("k")


@pytest.mark.parametrize(
    "hooks", [{"on_commit_hooks": [boom]}, {"on_commit_hooks": [boom], "on_rollback_hooks": [boom]}]
)
def test_failures_unlock(locked: ResultStore, hooks: dict[str, Any]) -> None:
    with transaction(key="k", store=locked, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
        txn.stage(1, **hooks)
    assert not locked.is_locked("k")


def test_an_interrupted_commit_unlocks(locked: ResultStore) -> None:
    def interrupt(txn: BaseTransaction) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with transaction(key="k", store=locked, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
            txn.stage(1, on_commit_hooks=[interrupt])
    assert not locked.is_locked("k")


def test_of_several_threads_one_computes(locked: ResultStore) -> None:
    computed: list[int] = []

    def work(number: int) -> None:
        with transaction(key="k", store=locked, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
            if not txn.is_committed():
                computed.append(number)
                txn.stage(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(computed) == 1


async def test_of_several_coroutines_one_computes(locked: ResultStore) -> None:
    computed: list[int] = []

    async def work(number: int) -> None:
        async with atransaction(key="k", store=locked, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
            if not txn.is_committed():
                await asyncio.sleep(0.01)
                computed.append(number)
                txn.stage(number)

    await asyncio.gather(*(work(number) for number in range(6)))
    assert len(computed) == 1


# --- the other colour


async def test_an_asynchronous_transaction(store: ResultStore, log: Log) -> None:
    async def hook(txn: BaseTransaction) -> None:
        await asyncio.sleep(0)
        log.lines.append("async")

    async with atransaction(key="k", store=store) as txn:
        assert get_transaction() is txn
        txn.stage(1, on_commit_hooks=[hook, log.hook("sync")])
    assert log.lines == ["async", "sync"]
    async with atransaction(key="k", store=store) as again:
        assert again.is_committed()
        found = await again.read()
        assert found is not None
        assert found.result == 1


async def test_asynchronous_by_hand(log: Log) -> None:
    txn = AsyncTransaction()
    await txn.begin()
    log.stage(txn, "it")
    assert await txn.rollback()
    assert not await txn.commit()
    assert await txn.read() is None
    await txn.run_hook(log.hook("by hand"), "commit")
    assert log.lines == ["undo it", "by hand"]


async def test_both_colours_inside_one_another(log: Log) -> None:
    async def hook(txn: BaseTransaction) -> None:
        log.lines.append("async hook")

    async with atransaction() as outer:
        with transaction() as child:
            child.stage(None, on_commit_hooks=[hook])
            assert child.get_parent() is outer
    with transaction() as sync_outer:
        async with atransaction() as async_child:
            async_child.stage(None, on_commit_hooks=[hook])
    assert {each.state for each in (outer, child, sync_outer, async_child)} == {State.COMMITTED}
    assert log.lines == ["async hook", "async hook"]


async def test_a_cancelled_coroutine_is_rolled_back(log: Log) -> None:
    async def work() -> None:
        async with atransaction() as txn:
            log.stage(txn, "it")
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log.lines == ["undo it"]


async def test_coroutines_have_transactions_of_their_own() -> None:
    async def work() -> bool:
        async with atransaction() as txn:
            await asyncio.sleep(0)
            return get_transaction() is txn

    assert all(await asyncio.gather(work(), work()))
