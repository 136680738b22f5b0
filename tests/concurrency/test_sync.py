"""`concurrency` and `rate_limit` for blocking code, between threads and between processes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from prefect.concurrency.sync import (
    AcquireConcurrencySlotTimeoutError,
    ConcurrencySlotAcquisitionError,
    concurrency,
    rate_limit,
)
from prefect.connect import embedded_backend
from prefect.exceptions import SlotLeaseLost
from prefect.settings import get_current_settings
from tests.concurrency.support import make_limit, queue_lengths, rows

HOLD = """
import sys, time
from prefect.concurrency.sync import concurrency
with concurrency("one"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder_elsewhere() -> subprocess.Popen[str]:
    """Another process that holds the slot of `one`."""
    home = str(get_current_settings().home)
    environment = {"PREFECT_HOME": home, "PYTHONPATH": ":".join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", HOLD], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_one_at_a_time() -> None:
    make_limit("one", 1)
    inside, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with concurrency("one"):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert rows("SELECT * FROM concurrency_slot") == []
    assert rows("SELECT * FROM slot_waiter") == []
    assert rows("SELECT COUNT(*), COUNT(released), COUNT(waited_since) > 0 FROM slot_history") == [(6, 6, 1)]


def test_waiters_are_served_in_order() -> None:
    make_limit("one", 1)
    served: list[int] = []

    def work(number: int) -> None:
        with concurrency("one"):
            served.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    with concurrency("one"):
        for number, thread in enumerate(threads):
            thread.start()
            next(length for length in queue_lengths() if length > number)
    for thread in threads:
        thread.join()
    assert served == [0, 1, 2, 3]


def test_running_out_of_time() -> None:
    make_limit("one", 1)
    with concurrency("one"):
        began = time.monotonic()
        with pytest.raises(AcquireConcurrencySlotTimeoutError, match=r"timed out after 0\.1 second"):
            with concurrency("one", timeout_seconds=0.1):
                raise AssertionError
        assert time.monotonic() - began < 1
        assert rows("SELECT * FROM slot_waiter") == []
    assert issubclass(AcquireConcurrencySlotTimeoutError, TimeoutError)


def test_running_out_of_retries() -> None:
    make_limit("one", 1)
    with concurrency("one"):
        with pytest.raises(ConcurrencySlotAcquisitionError, match="423 Locked"):
            with concurrency("one", max_retries=0):
                raise AssertionError


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"occupy": 2}, "Slots requested is greater than the limit"),
        ({"occupy": 0}, "greater than 0"),
        ({"lease_duration": 5}, "greater than or equal to 60"),
    ],
)
def test_what_can_never_be_had(arguments: dict[str, int], problem: str) -> None:
    make_limit("one", 1)
    with pytest.raises(ConcurrencySlotAcquisitionError, match=problem):
        with concurrency("one", **arguments):  # type: ignore[arg-type]
            raise AssertionError


def test_strict_minds_only_if_no_limit_exists() -> None:
    make_limit("one", 1)
    with concurrency(["one", "unknown"], strict=True):
        assert rows("SELECT COUNT(*) FROM concurrency_slot") == [(1,)]
    with pytest.raises(ConcurrencySlotAcquisitionError, match="must be created"):
        with concurrency("unknown", strict=True):
            raise AssertionError


def test_a_limit_switched_off_limits_nothing() -> None:
    make_limit("off", 1, active=False)
    with concurrency("off"), concurrency("off", occupy=5):
        assert rows("SELECT COUNT(*) FROM concurrency_slot") == [(0,)]


def test_all_or_none() -> None:
    make_limit("one", 1)
    make_limit("two", 2)
    with concurrency("one"):
        with pytest.raises(TimeoutError):
            with concurrency(["one", "two"], timeout_seconds=0.05):
                raise AssertionError
        with concurrency("two", occupy=2, timeout_seconds=0.05):
            assert rows("SELECT SUM(occupy) FROM concurrency_slot") == [(3,)]


def test_an_error_inside_gives_the_slot_back() -> None:
    make_limit("one", 1)
    with pytest.raises(ValueError, match="inside"):
        with concurrency("one"):
            raise ValueError("inside")
    assert rows("SELECT * FROM concurrency_slot") == []


def test_a_lost_lease_is_raised_on_request() -> None:
    make_limit("one", 1)
    backend = embedded_backend()
    with pytest.raises(SlotLeaseLost, match="'one'"):
        with concurrency("one", raise_on_lease_renewal_failure=True):
            backend.store.transact(lambda tx: tx.execute("DELETE FROM concurrency_slot"))


def test_an_expired_lease_gives_way() -> None:
    make_limit("one", 1)
    backend = embedded_backend()
    with concurrency("one"):
        backend.store.transact(lambda tx: tx.execute("UPDATE concurrency_slot SET expires = 1"))
        with concurrency("one", timeout_seconds=1):
            assert rows("SELECT COUNT(*) FROM concurrency_slot") == [(1,)]


def test_a_live_process_keeps_its_slot_and_a_dead_one_does_not() -> None:
    make_limit("one", 1)
    process = holder_elsewhere()
    try:
        with pytest.raises(TimeoutError):
            with concurrency("one", timeout_seconds=0.1):
                raise AssertionError
    finally:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()
    with concurrency("one", timeout_seconds=1):
        assert rows("SELECT COUNT(*) FROM slot_history WHERE released IS NULL") == [(1,)]


def test_rates() -> None:
    make_limit("fast", 2, decay=20.0)
    began = time.monotonic()
    for _ in range(6):
        rate_limit("fast")
    spent = time.monotonic() - began
    assert 0.15 <= spent < 1
    assert rows("SELECT COUNT(*) FROM slot_history WHERE released IS NOT NULL") == [(6,)]


def test_a_rate_needs_a_limit_that_decays() -> None:
    make_limit("one", 1)
    with pytest.raises(ConcurrencySlotAcquisitionError, match="do not have a decay configured: 'one'"):
        rate_limit("one")
