from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from prefect.exceptions import DatabaseFull
from prefect.services.loop import ServiceLoop, Trouble


def test_a_duty_is_done_again_and_again_until_it_is_stopped() -> None:
    done = threading.Semaphore(0)
    loop = ServiceLoop("test", lambda: done.release() or 1, 0.001)
    loop.start()
    loop.start()
    assert all(done.acquire(timeout=5) for _ in range(3))
    loop.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "prefect-test"]


def test_a_pass_that_fails_is_logged_and_the_next_is_made(caplog: pytest.LogCaptureFixture) -> None:
    again = threading.Event()
    passes: list[int] = []

    def tick() -> int:
        passes.append(1)
        if len(passes) == 1:
            raise ValueError("broken")
        again.set()
        return 1

    loop = ServiceLoop("test", tick, 0.001)
    loop.start()
    assert again.wait(5)
    loop.stop()
    assert "The test service failed; it tries again in 0.001 s." in caplog.text


def test_a_pass_that_goes_on_failing_shows_one_traceback(caplog: pytest.LogCaptureFixture) -> None:
    passes: list[int] = []

    def tick() -> int:
        passes.append(1)
        raise ValueError("broken")

    loop = ServiceLoop("test", tick, 0.001)
    loop.start()
    eventually(lambda: len(passes) > 5)
    loop.stop()
    assert len(caplog.records) == 1


def test_what_is_wrong_with_the_database_is_said_once_by_all_together(caplog: pytest.LogCaptureFixture) -> None:
    broken, passes = [True], {"a": 0, "b": 0}

    def ticking(name: str) -> Callable[[], int]:
        def tick() -> int:
            passes[name] += 1
            if broken[0]:
                raise DatabaseFull("The disk is full.")
            return 0

        return tick

    trouble = Trouble()
    loops = [ServiceLoop(name, ticking(name), 0.001, trouble) for name in passes]
    for loop in loops:
        loop.start()
    eventually(lambda: min(passes.values()) > 5)
    broken[0] = False
    passes.update(a=0, b=0)
    eventually(lambda: min(passes.values()) > 5)
    for loop in loops:
        loop.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "The disk is full. Background duties wait for that.",
        "The database can be used again; background duties go on.",
    ]
    assert not any(record.exc_info for record in caplog.records)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_duty_may_stop_its_own_loop() -> None:
    stopped = threading.Event()
    loop: ServiceLoop

    def tick() -> int:
        loop.stop()
        stopped.set()
        return 1

    loop = ServiceLoop("test", tick, 60)
    loop.start()
    assert stopped.wait(5)
    ServiceLoop("never", tick, 1).stop()
