"""Whoever executes a run that is being cancelled is interrupted, once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from prefect.engine.calls import stopping
from prefect.exceptions import TerminationSignal


def soon(act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(0.05, act)
    timer.start()
    return timer


def test_the_main_thread_is_interrupted_while_it_sleeps() -> None:
    run = uuid4()
    stopping.listen()
    began = time.monotonic()
    with stopping.executing(run):
        soon(lambda: stopping.stop([run]))
        with pytest.raises(TerminationSignal) as caught:
            time.sleep(10)
        assert stopping.is_told(caught.value)
        stopping.stop([run])
        time.sleep(0.05)  # told once, it is left to clean up
    assert time.monotonic() - began < 5
    assert not stopping.is_told(caught.value)


def test_other_threads_stop_at_their_next_step() -> None:
    run, caught = uuid4(), list[BaseException]()
    started = threading.Event()

    def work() -> None:
        try:
            with stopping.executing(run):
                started.set()
                for _ in range(1000):
                    time.sleep(0.01)
        except TerminationSignal as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(5)
    stopping.stop([run])
    thread.join(5)
    assert len(caught) == 1


def test_runs_of_others_are_left_alone() -> None:
    run = uuid4()
    with stopping.executing(run):
        stopping.stop([uuid4()])
        time.sleep(0.05)
