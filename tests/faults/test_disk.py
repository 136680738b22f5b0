"""Disks that are full, read-only or hold something else; power that fails; and who may read what lies on them."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from prefect.storage.schema import SCHEMA_VERSION
from tests.faults.processes import PROGRAMS, environment, run, start
from tests.faults.record import Record


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system takes privileges")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


class Conversation:
    """Talks with `programs/filling.py`, which runs a flow for each line it is told."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAMS / "filling.py")],
            env=environment(home, PREFECT_LOGGING_LEVEL="WARNING"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tell(self, kilobytes: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{kilobytes}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def test_a_full_disk_is_named_and_overcome_without_a_restart(small_disk: Path) -> None:
    home = small_disk / "home"
    with Conversation(home) as conversation:
        conversation.tell(1)
        assert conversation.hear() == "result 1\n"
        ballast = small_disk / "ballast"
        fill(ballast)
        conversation.tell(2)
        time.sleep(2)
        ballast.unlink()
        assert conversation.hear() == "result 2\n"
        conversation.tell(3)
        assert conversation.hear() == "result 3\n"
        code, errors = conversation.end()
    assert code == 0
    assert "Traceback" not in errors
    lines = [line for line in errors.splitlines() if line]
    assert len(lines) == 2, errors
    assert f"The disk that holds database '{home / 'prefect.db'}' is full" in lines[0]
    assert "is being written again" in lines[1]
    record = Record(home)
    assert record.rows("SELECT state_type, count(*) FROM flow_run GROUP BY 1") == [("COMPLETED", 3)]
    assert record.rows("SELECT state_type, count(*) FROM task_run GROUP BY 1") == [("COMPLETED", 3)]
    assert record.contradictions() == []


@pytest.mark.parametrize("known", [False, True])
def test_a_disk_that_is_full_from_the_beginning_is_named(small_disk: Path, known: bool) -> None:
    """Whether there is a record already or not; SQLite itself only says that it cannot open one."""
    home = small_disk / "home"
    home.mkdir()
    if known:
        with Conversation(home) as conversation:
            conversation.tell(1)
            assert conversation.hear() == "result 1\n"
            assert conversation.end() == (0, "")
    fill(small_disk / "ballast")
    assert "is full; free some space" in _refusal(home)
    (small_disk / "ballast").unlink()
    with Conversation(home) as conversation:
        conversation.tell(2)
        assert conversation.hear() == "result 2\n"
        assert conversation.end() == (0, "")
    assert Record(home).rows("SELECT state_type, count(*) FROM flow_run GROUP BY 1") == [("COMPLETED", 1 + known)]


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def _refusal(home: Path) -> str:
    with Conversation(home) as conversation:
        conversation.tell(1)
        answer = conversation.hear()
        _, errors = conversation.end()
    assert "Traceback" not in errors, errors
    assert answer.startswith("refused "), answer
    assert str(home / "prefect.db") in answer
    return answer


def test_garbage_instead_of_a_database(tmp_path: Path) -> None:
    (tmp_path / "prefect.db").write_bytes(b"garbage " * 1000)
    assert "DatabaseCorrupt" in _refusal(tmp_path)
    assert (tmp_path / "prefect.db").read_bytes() == b"garbage " * 1000


def test_a_read_only_disk(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    answer = _refusal(small_disk / "home")
    assert "Read-only file system" in answer


# --- power


def test_every_acknowledged_decision_is_synced(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("counting syncs takes strace")
    home, trace = tmp_path / "home", tmp_path / "trace"
    program = tmp_path / "flows.py"
    program.write_text(
        "from prefect import flow\n@flow\ndef f(): pass\nfor _ in range(20):\n    f()\n    print('.', flush=True)\n"
    )
    command = ["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=fsync,fdatasync", sys.executable, str(program)]
    done = subprocess.run(
        command, env=environment(home, PREFECT_LOGGING_LEVEL="ERROR"), capture_output=True, text=True, check=False
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    syncs = len(re.findall(r"f(?:data)?sync\(", trace.read_text()))
    assert done.stdout.count(".") == 20
    assert syncs >= 40, "each flow run begins and ends in a commit of its own"


# --- who may read, and who is told


def test_what_lies_in_the_home_is_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code, output = run("three", str(tmp_path / "notes"), "begin", home=home)
    assert code == 0, output
    open_to_others = {
        str(path.relative_to(tmp_path)): oct(path.stat().st_mode)
        for path in (home, *home.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    }
    assert open_to_others == {}


def test_a_running_flow_leaves_nothing_open_to_others(tmp_path: Path) -> None:
    home, notes = tmp_path / "home", tmp_path / "notes"
    process = start("three", str(notes), "begin", home=home, HANG="1")
    try:
        deadline = time.monotonic() + 20
        while not (notes.exists() and "hanging" in notes.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in home.iterdir() if path.is_file()}
    finally:
        process.kill()
        process.communicate()
    assert modes
    assert set(modes.values()) == {"0o600"}, modes


def test_nothing_is_sent_anywhere(tmp_path: Path) -> None:
    code, output = run("silent", home=tmp_path / "home")
    assert code == 0, output
    assert "reached" not in output


# --- the first start


@pytest.mark.slow
def test_killed_at_any_instant_of_the_first_start_the_second_works(tmp_path: Path) -> None:
    killed = 0
    for step in range(12):
        home = tmp_path / f"home-{step}"
        process = start("crowd", "1", home=home)
        time.sleep(0.1 + 0.025 * step)
        killed += process.poll() is None
        process.kill()
        process.communicate()
        code, output = run("crowd", "2", home=home)
        assert code == 0, output
        assert Record(home).one("PRAGMA integrity_check") == "ok"
        assert Record(home).one("SELECT count(*) FROM task_run WHERE state_type = 'COMPLETED'") >= 2
    assert killed


FIRST_START_STEPS = """
import os, sqlite3, sys
from pathlib import Path
from prefect.storage.sqlite import connections as opening
die_at, steps = int(sys.argv[2]), 0

class Dying(sqlite3.Connection):
    def execute(self, *arguments):
        global steps
        steps += 1
        if steps == die_at:
            os.kill(os.getpid(), 9)
        return super().execute(*arguments)

connect = sqlite3.connect
sqlite3.connect = lambda *arguments, **options: connect(*arguments, factory=Dying, **options)
opening.open_connection(Path(sys.argv[1]), 5).close()
print(steps)
"""


@pytest.mark.slow
def test_killed_at_every_statement_of_the_first_start_the_second_works(tmp_path: Path) -> None:
    def first_start(home: Path, die_at: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", FIRST_START_STEPS, str(home / "prefect.db"), str(die_at)]
        return subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)

    steps = int(first_start(tmp_path / "whole", 0).stdout)
    assert steps > 30
    picked = sorted({*range(1, 9), *range(9, steps, max(steps // 8, 1)), steps - 1, steps})
    for step in picked:
        home = tmp_path / str(step)
        assert first_start(home, step).returncode == -9
        again = first_start(home, 0)
        assert again.returncode == 0, again.stderr
        record = Record(home)
        assert record.one("PRAGMA integrity_check") == "ok"
        assert record.one("PRAGMA user_version") == SCHEMA_VERSION
        assert oct(os.stat(home / "prefect.db").st_mode & 0o777) == "0o600"
