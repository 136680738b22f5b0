from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from prefect.orchestrator import processes
from prefect.orchestrator.lost_runs import crash_message, is_lost
from prefect.orchestrator.processes import is_gone, this_process
from prefect.storage.keyed.attempts import Attempt
from tests.orchestrator.support import START

SECOND = 1_000_000


def _holder(pid: int | str, start: str = "") -> str:
    return f"{this_process().rpartition('/')[0].rpartition('/')[0]}/{pid}/{start}"


def test_this_process_lives() -> None:
    assert is_gone(this_process()) is False
    assert this_process() == this_process()
    assert this_process().split("/")[-2] == str(os.getpid())


def test_a_process_that_ended_is_gone_also_before_its_parent_has_noticed() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = processes._start_of(child.pid)
    assert is_gone(_holder(child.pid, start)) is False
    child.kill()
    deadline = time.monotonic() + 10
    while not is_gone(_holder(child.pid, start)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert child.returncode is None
    assert is_gone(_holder(child.pid, start)) is True
    child.communicate()
    assert is_gone(_holder(child.pid, start)) is True


def test_a_number_that_is_used_again_is_not_taken_for_the_process() -> None:
    assert is_gone(_holder(os.getpid(), "1")) is True


def test_of_other_machines_nothing_is_seen() -> None:
    assert is_gone("other/boot/1/1") is None
    assert is_gone("other-host/0") is None
    assert is_gone(_holder("none", "1")) is None


def test_without_a_start_the_number_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_gone(_holder(os.getpid())) is False
    assert is_gone(_holder(2**22 + 1)) is True

    def forbidden(pid: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbidden)
    assert is_gone(_holder(1)) is False


def test_where_the_kernel_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(self: Path, *_: object) -> str:
        raise OSError

    monkeypatch.setattr(Path, "read_text", unreadable)
    assert processes._boot() == "-"
    assert processes._start_of(os.getpid()) == ""


@pytest.mark.parametrize(("seconds", "lost"), [(-1, False), (0, False), (1, True)])
def test_elsewhere_the_lease_decides(seconds: int, lost: bool) -> None:
    attempt = Attempt(UUID(int=1), 1, "other/boot/5/1", START, START)
    assert is_lost(attempt, START + seconds * SECOND) is lost


def test_here_the_process_decides_whatever_its_lease() -> None:
    uuid = UUID(int=1)
    assert is_lost(Attempt(uuid, 1, this_process(), START, START), START + 10**12) is False
    dead = Attempt(uuid, 1, _holder(2**22 + 1), START, START + 10**12)
    assert is_lost(dead, START) is True
    assert "ended without reporting: it was killed, ran out of memory, or lost its machine." in crash_message(dead, 25)
