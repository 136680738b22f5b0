"""Nothing hangs: nested submissions in pools of one, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from prefect import flow, task
from prefect.engine.runners.processes import ProcessPoolTaskRunner
from prefect.engine.runners.threads import ThreadPoolTaskRunner
from tests.engine.runners import jobs

INTERRUPTED = """
import sys, time
from prefect import flow, task
from prefect.engine.runners.processes import ProcessPoolTaskRunner
from prefect.engine.runners.threads import ThreadPoolTaskRunner
RUNNERS = {"threads": ThreadPoolTaskRunner(max_workers=8), "processes": ProcessPoolTaskRunner(max_workers=2)}

@task
def nap(x):
    time.sleep(60)

@flow(task_runner=RUNNERS[sys.argv[1]])
def sleepers():
    items = iter(range(500)) if sys.argv[2] == "stream" else range(50)
    futures = nap.map(items)
    if sys.argv[2] == "result":
        futures.result()

sleepers()
"""


@task
def leaf(x: int) -> int:
    return x


@task
def branch(depth: int) -> int:
    if depth == 0:
        return sum(leaf.map([1, 2]).result())
    return branch.submit(depth - 1).result() + leaf.submit(1).result()


@flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
def tree() -> int:
    stream = leaf.map(iter(range(3)))
    return sum(branch.map([1, 2]).result()) + sum(stream.result())


@pytest.mark.parametrize("repeats", [200, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.timeout(120)
def test_nested_submissions_in_a_pool_of_one(repeats: int) -> None:
    assert {tree() for _ in range(repeats)} == {4 + 5 + 3}


def test_nested_submissions_in_one_process() -> None:
    runner = ProcessPoolTaskRunner(max_workers=1)
    found: Any = flow(lambda: [f.result() for f in jobs.sums.map([3, 4])], name="nested", task_runner=runner)()
    assert found == [3, 6]


@pytest.mark.parametrize("runner", ["threads", "processes"])
@pytest.mark.parametrize("wait", ["finish", "result", "stream"])
def test_an_interrupt_ends_a_map_within_two_seconds(tmp_path: Path, runner: str, wait: str) -> None:
    script = tmp_path / "sleepers.py"
    script.write_text(INTERRUPTED)
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "home")}
    command = [sys.executable, str(script), runner, wait]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    record = sqlite3.connect(_awaited(tmp_path / "home" / "prefect.db"))
    _await_running(record)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(10)
    assert time.monotonic() - began < 2
    assert record.execute("SELECT state_type FROM flow_run").fetchall() == [("CRASHED",)]
    assert {row[0] for row in record.execute("SELECT state_type FROM task_run")} == {"CRASHED"}
    record.close()


def _awaited(path: Path) -> Path:
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return path


def _await_running(record: sqlite3.Connection) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            (count,) = record.execute("SELECT count(*) FROM task_run WHERE state_type = 'RUNNING'").fetchone()
        except sqlite3.OperationalError:
            count = 0
        if count >= 2:
            return
        time.sleep(0.05)
    raise AssertionError("no task was seen running")
