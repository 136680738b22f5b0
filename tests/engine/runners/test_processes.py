"""The process pool: calls run and recorded elsewhere, dead processes, and what cannot be sent."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest

from prefect import flow
from prefect.connect import embedded_backend
from prefect.engine.runners.processes import ProcessPoolTaskRunner
from tests.engine.runners import jobs

POOL = ProcessPoolTaskRunner(max_workers=2)


def run(body: Any) -> Any:
    """Call `body` as a flow on two processes."""
    return flow(body, name="processes", task_runner=POOL)()


def recorded(name: str) -> list[tuple[Any, ...]]:
    backend = embedded_backend()
    backend.flush()
    query = "SELECT state_type, state_message, call_key IS NOT NULL FROM task_run WHERE task_name = ? ORDER BY created"
    return backend.store.read(lambda tx: tx.all(query, (name,)))


def test_calls_run_in_other_processes_and_are_recorded_there() -> None:
    results = run(lambda: jobs.whoami.map(range(20)).result())
    assert [x for _, x in results] == list(range(20))
    pids = {pid for pid, _ in results}
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids
    rows = recorded("whoami")[-20:]
    assert {row[0] for row in rows} == {"COMPLETED"}
    assert all(row[2] for row in rows)


def test_futures_coroutines_lambdas_and_nested_maps() -> None:
    def body() -> tuple[int, int, int, int]:
        one = jobs.plus_one.submit(1)
        return (
            jobs.plus_one.submit(one).result(),
            jobs.plus_two.submit(1).result(),
            jobs.calls.submit(lambda x: x * 2).result(),
            jobs.sums.submit(5).result(),
        )

    assert run(body) == (3, 3, 6, 10)


def test_log_lines_of_a_call_are_recorded() -> None:
    run(lambda: jobs.plus_one.submit(41).result())
    backend = embedded_backend()
    lines = backend.store.read(lambda tx: tx.all("SELECT message FROM log WHERE message = ?", ("adding to 41",)))
    assert len(lines) == 1


def test_an_exception_comes_back_with_the_traceback_from_there() -> None:
    def body() -> Any:
        return jobs.fails.submit(return_state=True), jobs.fails_oddly.submit(return_state=True)

    failed, odd = flow(lambda: None, name="none") and _states(body)
    error = failed.result(raise_on_failure=False)
    assert isinstance(error, ValueError)
    assert "in fails" in error.__notes__[0]
    assert "Odd: ab" in str(odd.result(raise_on_failure=False))


def _states(body: Any) -> Any:
    found: list[Any] = []
    flow(lambda: found.extend(body()), name="processes", task_runner=POOL)()
    return found


def test_a_killed_process_crashes_its_call_alone() -> None:
    def body() -> Any:
        killed, gone = jobs.is_killed.submit(return_state=True), jobs.exits.submit(return_state=True)
        return killed, gone, jobs.plus_one.submit(1).result()

    killed, gone, after = _states(body)
    assert killed.is_crashed()
    assert "SIGKILL" in killed.message
    assert "exit code 3" in gone.message
    assert after == 2
    assert recorded("is_killed")[-1][0] == "CRASHED"


def test_what_cannot_be_sent_is_named() -> None:
    with socket.socket() as link:
        states = _states(
            lambda: [jobs.takes_socket.submit(link, return_state=True), jobs.returns_lock.submit(return_state=True)]
        )
    assert "Parameter 'link' of task 'takes_socket'" in states[0].message
    assert "result of task 'returns_lock'" in states[1].message
    assert recorded("returns_lock")[-1][0] == "CRASHED"


def test_an_initializer_runs_first_in_every_process() -> None:
    runner = ProcessPoolTaskRunner(max_workers=1, initializer=os.putenv, initargs=("GREETING", "hello"))
    assert flow(lambda: jobs.plus_one.submit(1).result(), name="processes", task_runner=runner)() == 2


def test_max_workers_is_checked() -> None:
    with pytest.raises(ValueError, match="max_workers"):
        ProcessPoolTaskRunner(max_workers=0)
