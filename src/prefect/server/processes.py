"""Several processes that do the same work side by side, watched over by one that does none.

One that dies is replaced. When the watcher is told to end, all of them are, and it waits until they have.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from prefect.exceptions import ConfigurationError, PrefectException

Ready = Callable[[], object]
Work = Callable[[Ready], None]
"""What each process does; calls what it is given once it can be used."""

ENDING_SECONDS = 30.0
STARTING_SECONDS = 60.0
MOST_DEATHS = 5
"""Processes that may die before they could be used, one after the other, until the watcher gives up."""

FIRST_PAUSE = 0.5
"""Seconds between the death of a process and its successor, doubled for each that never came up."""

logger = logging.getLogger("prefect.server")


class Worker:
    """One process."""

    def __init__(self, work: Work) -> None:
        context = multiprocessing.get_context("spawn")
        self.ready = context.Event()
        self.process: SpawnProcess = context.Process(target=_run, args=(work, self.ready), daemon=False)
        self.process.start()

    def end(self) -> None:
        """Ask it to end."""
        if self.process.is_alive():
            self.process.terminate()

    def ended(self, deadline: float) -> None:
        """Wait for its end, and insist on it when the time is up."""
        self.process.join(max(deadline - time.monotonic(), 0.0))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _run(work: Work, ready: multiprocessing.synchronize.Event) -> None:
    try:
        work(ready.set)
    except PrefectException as error:
        logger.error("%s", error)
        raise SystemExit(1) from None


def work_together(work: Work, count: int, announce: Callable[[], object] | None = None) -> None:
    """Have processes do the work until a signal ends them.

    Args:
        announce: called once all of them can be used.

    Raises ConfigurationError if they don't come up.
    """
    with told_to_end() as is_over:
        workers = [Worker(work) for _ in range(count)]
        try:
            _await_all(workers, is_over)
            if announce is not None and not is_over():
                announce()
            _watch(workers, partial(Worker, work), is_over)
        finally:
            for worker in workers:
                worker.end()
            deadline = time.monotonic() + ENDING_SECONDS
            for worker in workers:
                worker.ended(deadline)


@contextmanager
def told_to_end() -> Iterator[Callable[[], bool]]:
    """Whether a signal has come that ends the program."""
    told: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        told.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _await_all(workers: list[Worker], is_over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    for worker in workers:
        while not worker.ready.wait(0.05):
            if is_over():
                return
            if not worker.process.is_alive() or time.monotonic() > deadline:
                raise ConfigurationError("A worker process of the server did not start; its log says why.")


def _watch(workers: list[Worker], begin: Callable[[], Worker], is_over: Callable[[], bool]) -> None:
    deaths = 0
    while not is_over():
        wait([worker.process.sentinel for worker in workers], timeout=0.5)
        for place, worker in enumerate(workers):
            if is_over() or worker.process.is_alive():
                continue
            deaths = 0 if worker.ready.is_set() else deaths + 1
            if deaths >= MOST_DEATHS:
                raise ConfigurationError(
                    "Worker processes of the server die as soon as they start; their log says why."
                )
            logger.warning(
                "Worker process %s ended with %s; another takes its place.", worker.process.pid, worker.process.exitcode
            )
            time.sleep(FIRST_PAUSE * 2**deaths if deaths else 0.0)
            workers[place] = begin()
