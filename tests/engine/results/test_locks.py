"""What all lock managers do, by those that exist: one test suite for both."""

from __future__ import annotations

import asyncio
import pickle
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from prefect.engine.results.file_locks import FileSystemLockManager
from prefect.engine.results.locks import LockManager, MemoryLockManager
from tests.engine.results.conftest import SettableClock

MANAGERS = ["memory", "files"]


@pytest.fixture(params=MANAGERS)
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> LockManager:
    return MemoryLockManager() if request.param == "memory" else FileSystemLockManager(tmp_path / "locks")


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


def test_a_lock_has_one_holder(manager: LockManager, key: str) -> None:
    assert not manager.is_locked(key)
    assert manager.acquire_lock(key, "me")
    assert manager.acquire_lock(key, "me"), "the holder may take it again"
    assert not manager.acquire_lock(key, "you", acquire_timeout=0.02)
    assert manager.is_locked(key)
    assert (manager.is_lock_holder(key, "me"), manager.is_lock_holder(key, "you")) == (True, False)
    manager.release_lock(key, "me")
    assert not manager.is_locked(key)
    assert manager.acquire_lock(key, "you", acquire_timeout=0)


def test_only_the_holder_releases(manager: LockManager, key: str) -> None:
    with pytest.raises(ValueError, match=f"with key {key}"):
        manager.release_lock(key, "me")
    manager.acquire_lock(key, "me")
    with pytest.raises(ValueError, match=f"No lock held by you for transaction with key {key}"):
        manager.release_lock(key, "you")
    assert manager.is_lock_holder(key, "me")


def test_keys_do_not_disturb_one_another(manager: LockManager, key: str) -> None:
    manager.acquire_lock(key, "me")
    assert manager.acquire_lock(f"{key}/other", "you", acquire_timeout=0)
    assert manager.acquire_lock("../" + key * 10, "you", acquire_timeout=0)


def test_waiting_ends_when_it_is_released(manager: LockManager, key: str) -> None:
    manager.acquire_lock(key, "me")
    assert not manager.wait_for_lock(key, timeout=0.02)
    timer = threading.Timer(0.05, manager.release_lock, (key, "me"))
    timer.start()
    start = time.monotonic()
    assert manager.acquire_lock(key, "you", acquire_timeout=20)
    assert time.monotonic() - start < 10
    timer.join()
    manager.release_lock(key, "you")
    assert manager.wait_for_lock(key)


def test_threads_take_turns(manager: LockManager, key: str) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _ in range(5):
            assert manager.acquire_lock(key, f"thread {number}", acquire_timeout=30)
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)
            manager.release_lock(key, f"thread {number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20


async def test_coroutines_take_turns(manager: LockManager, key: str) -> None:
    inside = 0

    async def work(number: int) -> None:
        nonlocal inside
        assert await manager.aacquire_lock(key, f"task {number}", acquire_timeout=30)
        inside += 1
        assert inside == 1
        await asyncio.sleep(0.001)
        inside -= 1
        manager.release_lock(key, f"task {number}")

    await asyncio.gather(*(work(number) for number in range(40)))
    assert await manager.await_for_lock(key, timeout=1)


async def test_waiting_in_a_loop_ends(manager: LockManager, key: str) -> None:
    manager.acquire_lock(key, "me")
    assert not await manager.aacquire_lock(key, "you", acquire_timeout=0.02)
    assert not await manager.await_for_lock(key, timeout=0.02)


def test_they_follow_the_protocol(manager: LockManager) -> None:
    assert isinstance(manager, LockManager)


def test_locks_run_out_in_memory(key: str) -> None:
    manager = MemoryLockManager()
    manager.acquire_lock(key, "me", hold_timeout=0.05)
    assert manager.is_locked(key)
    assert manager.acquire_lock(key, "you", acquire_timeout=20)
    assert not manager.is_lock_holder(key, "me")


def test_locks_run_out_in_files(tmp_path: Path, key: str, clock: SettableClock) -> None:
    manager = FileSystemLockManager(tmp_path)
    manager.acquire_lock(key, "me", hold_timeout=10)
    assert not manager.acquire_lock(key, "you", acquire_timeout=0)
    clock.advance(10)
    assert not manager.is_locked(key)
    assert manager.acquire_lock(key, "you", acquire_timeout=0)


def test_there_is_one_memory() -> None:
    one, other = MemoryLockManager(), MemoryLockManager()
    assert one is other is pickle.loads(pickle.dumps(one))


def test_making_it_in_many_threads_makes_one() -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(MemoryLockManager())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in found}) == 1
