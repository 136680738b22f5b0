"""What waits for a server that is away: nothing that was kept is lost, whatever becomes of the process or the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prefect.client.spool import Spool, batches, spool_directory

PROCESS = "host/boot/7/7"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", PROCESS)


def test_batches_are_delivered_in_order_and_then_gone(spool: Spool) -> None:
    sent: list[bytes] = []
    assert not spool.waiting
    for body in (b"one", b"", b"three" * 1000):
        spool.add(body)
    assert spool.waiting
    assert spool.deliver(lambda body: sent.append(body) is None) == 3
    assert sent == [b"one", b"", b"three" * 1000]
    assert not spool.waiting
    assert spool.deliver(lambda body: True) == 0


def test_what_was_delivered_before_a_failure_is_not_sent_again(spool: Spool) -> None:
    for number in range(4):
        spool.add(str(number).encode())
    sent: list[bytes] = []

    def send(body: bytes) -> bool:
        if body == b"2" and len(sent) == 2:
            raise ConnectionError("away again")
        sent.append(body)
        return True

    with pytest.raises(ConnectionError):
        spool.deliver(send)
    sent.append(b"-")
    spool.add(b"4")
    assert spool.deliver(send) == 3
    assert sent == [b"0", b"1", b"-", b"2", b"3", b"4"]


def test_a_batch_that_is_refused_for_good_is_set_aside(spool: Spool) -> None:
    spool.add(b"bad")
    spool.add(b"good")
    sent: list[bytes] = []
    assert spool.deliver(lambda body: body == b"good" and sent.append(body) is None) == 2
    assert sent == [b"good"]
    assert [path.read_bytes() for path in spool.directory.glob("*.refused")] == [b"bad"]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_file_that_was_cut_off_is_read_up_to_there(spool: Spool, cut: int) -> None:
    spool.add(b"whole")
    spool.add(b"cut")
    whole = spool.path.read_bytes()
    spool.path.write_bytes(whole[:-cut])
    assert [body for _, body in batches(spool.path)] == [b"whole"]


def test_a_damaged_batch_ends_the_file(spool: Spool) -> None:
    spool.add(b"whole")
    spool.add(b"damaged")
    data = bytearray(spool.path.read_bytes())
    data[-1] ^= 1
    spool.path.write_bytes(bytes(data))
    assert [body for _, body in batches(spool.path)] == [b"whole"]


def test_what_ended_processes_left_is_found(spool: Spool) -> None:
    left = Spool(spool.directory, "host/boot/8/8")
    left.add(b"left")
    Spool(spool.directory, "host/boot/9/9").add(b"alive")
    spool.add(b"mine")
    orphans = spool.orphans(lambda process: process == "host/boot/8/8")
    assert [orphan.path for orphan in orphans] == [left.path]
    assert orphans[0].deliver(lambda body: body == b"left") == 1
    assert not left.waiting


def test_it_is_nobody_elses_business(spool: Spool) -> None:
    spool.add(b"x")
    assert (os.stat(spool.path).st_mode & 0o777, os.stat(spool.directory).st_mode & 0o777) == (0o600, 0o700)


def test_each_server_has_its_own(tmp_path: Path) -> None:
    one, two = (spool_directory(tmp_path, f"http://127.0.0.1:{port}/api") for port in (1, 2))
    assert one != two
