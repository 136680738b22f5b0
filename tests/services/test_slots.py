"""The duties about slots: what this process holds is renewed, what others lost is freed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prefect.concurrency.sync import concurrency
from prefect.connect import embedded_backend
from prefect.services import slot_expiry, slot_renewal
from prefect.testing.utilities import prefect_test_harness
from tests.concurrency.support import make_limit, rows


@pytest.fixture(autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        make_limit("one", 1)
        embedded_backend().on_first_run = None  # the duties are done here, not beside
        yield


def test_renewal_extends_only_leases_that_hold() -> None:
    store, clock = embedded_backend().store, embedded_backend().clock
    assert slot_renewal.tick(store, clock.now()) == 0
    with concurrency("one"):
        store.transact(lambda tx: tx.execute("UPDATE concurrency_slot SET expires = ?", (clock.now() + 9_000_000,)))
        assert slot_renewal.tick(store, clock.now()) == 1
        assert rows("SELECT expires FROM concurrency_slot")[0][0] > clock.now() + 50_000_000  # type: ignore[operator]
        store.transact(lambda tx: tx.execute("UPDATE concurrency_slot SET expires = 1"))
        assert slot_renewal.tick(store, clock.now()) == 0


def test_expiry_frees_what_is_lost() -> None:
    store, clock = embedded_backend().store, embedded_backend().clock
    assert slot_expiry.tick(store, clock.now()) == 0
    with concurrency("one"):
        assert slot_expiry.tick(store, clock.now()) == 0
        store.transact(lambda tx: tx.execute("UPDATE concurrency_slot SET expires = 1"))
        assert slot_expiry.tick(store, clock.now()) == 1
        assert rows("SELECT * FROM concurrency_slot") == []
    assert rows("SELECT COUNT(*) FROM slot_history WHERE released IS NULL") == [(0,)]
