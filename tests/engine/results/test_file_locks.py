from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prefect.engine.results.file_locks import FileSystemLockManager

HOLD = """
import sys, time
from pathlib import Path
from prefect.engine.results.file_locks import FileSystemLockManager
import prefect.connect
from prefect.engine.results.surroundings import surroundings
surroundings.clock = lambda: prefect.connect.CLOCK
assert FileSystemLockManager(Path(sys.argv[1])).acquire_lock("key", "them")
print("held", flush=True)
time.sleep(60)
"""
COUNT = """
import os, sys
from pathlib import Path
from prefect.engine.results.file_locks import FileSystemLockManager
import prefect.connect
from prefect.engine.results.surroundings import surroundings
surroundings.clock = lambda: prefect.connect.CLOCK
locks, number = FileSystemLockManager(Path(sys.argv[1])), Path(sys.argv[2])
for _ in range(40):
    assert locks.acquire_lock("key", f"process {os.getpid()}", acquire_timeout=50)
    number.write_text(str(int(number.read_text()) + 1))
    locks.release_lock("key", f"process {os.getpid()}")
"""


@pytest.fixture
def locks(tmp_path: Path) -> FileSystemLockManager:
    return FileSystemLockManager(tmp_path / "locks")


def lock_file(locks: FileSystemLockManager) -> Path:
    return next(locks.lock_files_directory.glob("*.lock"))


def test_a_lock_says_who_holds_it(locks: FileSystemLockManager) -> None:
    locks.acquire_lock("key", "me")
    held = json.loads(lock_file(locks).read_text())
    assert (held["holder"], held["process"], held["expiration"]) == ("me", os.getpid(), None)
    assert stat.S_IMODE(locks.lock_files_directory.stat().st_mode) == 0o700
    locks.release_lock("key", "me")
    assert not list(locks.lock_files_directory.glob("*.lock*"))


def test_the_folder_may_be_a_text(tmp_path: Path) -> None:
    assert FileSystemLockManager(str(tmp_path)).lock_files_directory == tmp_path.resolve()  # type: ignore[arg-type]


def test_a_lock_of_a_killed_process_is_void(locks: FileSystemLockManager) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(locks.lock_files_directory)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    assert locks.is_lock_holder("key", "them")
    assert not locks.acquire_lock("key", "me", acquire_timeout=0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not locks.is_locked("key")
    assert locks.acquire_lock("key", "me", acquire_timeout=0)


def test_processes_take_turns(locks: FileSystemLockManager, tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text("0")
    command = [sys.executable, "-c", COUNT, str(locks.lock_files_directory), str(number)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert number.read_text() == "120"


@pytest.mark.parametrize("content", ["", "{", "[]", "5", '{"holder": "x"}', '"text"'])
def test_files_that_are_no_locks_do_not_block(locks: FileSystemLockManager, content: str) -> None:
    locks.acquire_lock("key", "me")
    lock_file(locks).write_text(content)
    assert not locks.is_locked("key")
    assert locks.acquire_lock("key", "you", acquire_timeout=0)


def changed(locks: FileSystemLockManager, **facts: object) -> None:
    path = lock_file(locks)
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


def test_a_process_id_used_again_is_noticed(locks: FileSystemLockManager) -> None:
    locks.acquire_lock("key", "me")
    changed(locks, started="12345")
    assert not locks.is_locked("key")


def test_locks_of_other_hosts_are_believed(locks: FileSystemLockManager) -> None:
    locks.acquire_lock("key", "me")
    changed(locks, host="elsewhere", process=2**22 + 1)
    assert locks.is_lock_holder("key", "me")


def test_keys_of_any_text(locks: FileSystemLockManager) -> None:
    for key in ("../../etc/passwd", "a/b", "ä" * 300, ".hidden", "x" * 300, "a b"):
        assert locks.acquire_lock(key, "me")
    assert {each.parent for each in locks.lock_files_directory.rglob("*")} == {locks.lock_files_directory}
    assert len(list(locks.lock_files_directory.glob("*.lock"))) == 6


def test_looking_takes_no_time(locks: FileSystemLockManager) -> None:
    start = time.monotonic()
    for _ in range(100):
        locks.is_locked("key")
    assert time.monotonic() - start < 2
