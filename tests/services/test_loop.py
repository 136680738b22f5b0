from __future__ import annotations

import threading

import pytest

from prefect.services.loop import ServiceLoop


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
