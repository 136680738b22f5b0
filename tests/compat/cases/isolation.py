"""Isolation of cached runs and transactions: who may compute the same key at once."""

import time

from prefect import flow, task
from prefect.cache_policies import INPUTS
from prefect.locking.filesystem import FileSystemLockManager
from prefect.locking.memory import MemoryLockManager
from prefect.transactions import IsolationLevel, transaction
from tests.compat.support import Counter, attempt, case, folder, nonce


@case
def isolation_needs_a_lock_manager():
    from prefect.transactions import IsolationLevel

    policy = INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE)
    work = task(lambda x: x, name="work", cache_policy=policy, persist_result=True)
    return attempt(flow(lambda: work(nonce()), name="main"))


@case
def isolation_with_locks_in_memory():
    from prefect.locking.memory import MemoryLockManager
    from prefect.transactions import IsolationLevel

    key = nonce()
    counter = Counter()
    policy = INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE, lock_manager=MemoryLockManager())

    @task(cache_policy=policy, persist_result=True)
    def work(x):
        counter(x)
        time.sleep(0.1)
        return "once"

    return [
        flow(lambda: [f.result() for f in [work.submit(key), work.submit(key)]], name="main")(),
        counter.count,
    ]


@case
def isolation_with_locks_in_files():
    from prefect.locking.filesystem import FileSystemLockManager
    from prefect.transactions import IsolationLevel
    from tests.compat.support import folder

    key = nonce()
    counter = Counter()
    with folder() as path:
        policy = INPUTS.configure(
            isolation_level=IsolationLevel.SERIALIZABLE,
            lock_manager=FileSystemLockManager(lock_files_directory=path),
        )

        @task(cache_policy=policy, persist_result=True)
        def work(x):
            counter(x)
            time.sleep(0.1)
            return "once"

        values = flow(lambda: [f.result() for f in [work.submit(key), work.submit(key)]], name="main")()
    return [values, counter.count]


@case
def serializable_without_locks():
    def run():
        with transaction(key=nonce(), isolation_level=IsolationLevel.SERIALIZABLE):
            pass

    return attempt(run)


@case
def locks_of_a_lock_manager():
    locks = MemoryLockManager()
    with folder() as path:
        seen = []
        for manager in (locks, FileSystemLockManager(lock_files_directory=path)):
            key = nonce()
            seen.append(
                [
                    manager.acquire_lock(key, "me"),
                    manager.acquire_lock(key, "me"),
                    manager.acquire_lock(key, "you", acquire_timeout=0.05),
                    manager.is_locked(key),
                    manager.is_lock_holder(key, "me"),
                    manager.is_lock_holder(key, "you"),
                    attempt(manager.release_lock, key, "you"),
                    attempt(manager.release_lock, key, "me"),
                    manager.is_locked(key),
                    manager.wait_for_lock(key, timeout=0.05),
                ]
            )
        return seen
