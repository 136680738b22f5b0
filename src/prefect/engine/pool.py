"""A pool of threads that grows while work waits and its threads do not turn over.

Short tasks need few threads, since they take turns on the interpreter anyway; tasks that sleep or wait for a network
need many. So the pool starts with a few and looks every 20 milliseconds: if work is waiting, few jobs have finished
and the process does not compute, the threads are held up, and as many again are started, up to the limit.

A thread that waits for another run lends its slot: the limit rises by one until it goes on. Pools of any size therefore
make progress, however tasks submit one another.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, process_time
from typing import Any

from prefect.engine.futures import PrefectFuture

Job = Callable[[], None]

FIRST_THREADS = 4
LOOK_EVERY = 0.02
"""Several turns of the interpreter, so that each of the first threads has had one."""
MOST_THREADS = 10_000
IDLE_SECONDS = 5.0
BUSY_SHARE = 0.5
"""Processor time per second above which the process counts as computing, not waiting."""

_here = threading.local()


class GrowingPool:
    """Runs jobs in daemon threads.

    Args:
        max_workers: jobs that may run at once; None for as many as it takes.
        name: prefix of the threads' names.
    """

    def __init__(self, max_workers: int | None, name: str) -> None:
        self._limit = max_workers or MOST_THREADS
        self._name = name
        self._jobs: deque[Job] = deque()
        self._lock = threading.Lock()
        self._available = threading.Condition(self._lock)
        self._idle_condition = threading.Condition(self._lock)
        self._threads = 0
        self._idle = 0
        self._lent = 0
        self._finished = 0
        self._closed = False
        self._cancelled = False
        self._watcher: threading.Thread | None = None

    def submit(self, job: Job) -> None:
        """Have `job` called in some thread; does nothing once the pool was cancelled.

        Takes no lock while others wait before it: the threads at work get to it, or the watcher sends for more.
        """
        if self._cancelled:
            return
        jobs = self._jobs
        jobs.append(job)
        if len(jobs) > 1 and self._watcher is not None:
            return
        with self._lock:
            if self._idle:
                self._available.notify()
            elif self._threads - self._lent < min(FIRST_THREADS, self._limit):
                self._start_thread()
            elif self._watcher is None:
                self._start_watcher()
            if self._watcher is None and len(jobs) > 1:
                self._start_watcher()

    def cancel(self) -> None:
        """Forget the jobs not yet begun, and whatever comes still, and let the threads end."""
        with self._lock:
            self._jobs.clear()
            self._closed = self._cancelled = True
            self._available.notify_all()

    def close(self) -> None:
        """Let the threads end when no jobs are left."""
        with self._lock:
            self._closed = True
            self._available.notify_all()

    @contextmanager
    def lending(self) -> Iterator[None]:
        """Around a wait in one of the pool's threads: another may take its slot."""
        with self._lock:
            self._lent += 1
            if self._jobs and not self._idle:
                self._start_thread()
        try:
            yield
        finally:
            with self._lock:
                self._lent -= 1

    # --- threads

    def _start_thread(self) -> None:
        self._threads += 1
        threading.Thread(target=self._work, name=f"{self._name}-{self._threads}", daemon=True).start()

    def _start_watcher(self) -> None:
        self._watcher = threading.Thread(target=self._watch, name=f"{self._name}-watch", daemon=True)
        self._watcher.start()

    def _work(self) -> None:
        _here.pool = self
        while True:
            job = self._next()
            if job is None:
                return
            job()
            self._finished += 1

    def _next(self) -> Job | None:
        """The next job; None when this thread is not needed any more."""
        if self._threads - self._lent <= self._limit:
            try:
                return self._jobs.popleft()
            except IndexError:
                return self._next_when_there_is_one()
        return self._next_when_there_is_one()

    def _next_when_there_is_one(self) -> Job | None:
        with self._lock:
            while self._threads - self._lent <= self._limit:
                if self._jobs:
                    return self._jobs.popleft()
                if self._closed or not self._wait_for_job():
                    break
            self._threads -= 1
            return None

    def _wait_for_job(self) -> bool:
        self._idle += 1
        try:
            if self._jobs:  # came without the lock, before this thread was seen to be idle
                return True
            return self._available.wait(IDLE_SECONDS) or bool(self._jobs)
        finally:
            self._idle -= 1

    def _watch(self) -> None:
        """Start threads while jobs wait and the threads there are do not get to them.

        While the process computes and jobs finish, more threads would only fight over the interpreter.
        """
        finished, moment, computed = self._finished, monotonic(), process_time()
        pause = threading.Event()
        while True:
            pause.wait(LOOK_EVERY)
            before, moment = moment, monotonic()
            earlier, computed = computed, process_time()
            busy = computed - earlier > BUSY_SHARE * (moment - before)
            with self._lock:
                if not self._jobs:
                    self._watcher = None
                    return
                done = self._finished - finished
                if not busy and done < 2 * self._threads:
                    self._grow(self._threads)
                elif done == 0:
                    self._grow(1)
                finished = self._finished

    def _grow(self, more: int) -> None:
        """Wake idle threads, or start up to `more`."""
        if self._idle:
            self._available.notify(min(self._idle, len(self._jobs)))
            return
        room = self._limit - (self._threads - self._lent)
        for _ in range(min(room, len(self._jobs), max(more, 1))):
            self._start_thread()


@contextmanager
def lend_slot() -> Iterator[None]:
    """`GrowingPool.lending` of the pool that the current thread works for, if any."""
    pool: GrowingPool | None = getattr(_here, "pool", None)
    if pool is None:
        yield
    else:
        with pool.lending():
            yield


class Crew:
    """A pool of any size together with what it still has to finish."""

    def __init__(self, name: str) -> None:
        self._pool = GrowingPool(None, name)
        self._open: set[PrefectFuture[Any]] = set()
        self._lock = threading.Lock()

    def track(self, future: PrefectFuture[Any]) -> None:
        """Have `finish` wait for a future."""
        with self._lock:
            self._open.add(future)
        future.add_done_callback(self._untrack)

    def _untrack(self, future: PrefectFuture[Any]) -> None:
        with self._lock:
            self._open.discard(future)

    def submit(self, job: Callable[[], None]) -> None:
        """Have `job` called in some thread."""
        self._pool.submit(job)

    def finish(self) -> None:
        """Wait for everything tracked, also for what comes meanwhile."""
        while self._open:
            with self._lock:
                waiting = list(self._open)
            for future in waiting:
                future.wait()
        self._pool.close()
