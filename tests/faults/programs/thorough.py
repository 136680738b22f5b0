"""A bit of everything that goes to a server: `thorough.py ROUNDS FILE`.

Subflows, retries, artifacts, a variable, slots, log lines; and a client that makes flow runs and moves them, as scripts do.
Each task body adds a line to the file when it has done its work.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.states import Completed, Running
from prefect.variables import Variable

ROUNDS, FILE = int(sys.argv[1]), Path(sys.argv[2])


def done(what: str) -> None:
    with FILE.open("a") as file:
        file.write(what + "\n")


@task
def work(number: int) -> int:
    get_run_logger().info("work %d", number)
    done(f"work {number}")
    return number


@task(retries=1)
def flaky(number: int, seen: list[int]) -> int:
    seen.append(number)
    get_run_logger().info("flaky %d try %d", number, len(seen))
    done(f"flaky {number} {len(seen)}")
    if len(seen) == 1:
        raise ValueError(number)
    return number


@flow
def inner(number: int) -> int:
    with concurrency("few", occupy=1):
        get_run_logger().info("inner %d", number)
        return work(1000 + number)


@flow
def outer() -> int:
    total = 0
    for number in range(ROUNDS):
        total += work(number) + flaky(100 + number, []) + inner(number)
        create_markdown_artifact(f"text {number}", key=f"page-{number}")
        Variable.set(f"new-{number}", number)
        Variable.set("counted", number, overwrite=True)
        assert Variable.get("counted") == number
    progress = create_progress_artifact(0.0, key="progress")
    update_progress_artifact(progress, 100.0)
    total += sum(future.result() for future in [work.submit(2000 + number) for number in range(ROUNDS)])
    return total


@flow
def scripted() -> None:
    """Never called: a script makes its runs."""


def script() -> None:
    """Makes runs and moves them from outside."""
    with get_client(sync_client=True) as client:
        for number in range(ROUNDS):
            run = client.create_flow_run(scripted, name=f"scripted-{number}")
            client.set_flow_run_state(run.id, Running())
            client.set_flow_run_state(run.id, Completed())
            time.sleep(0)


if __name__ == "__main__":
    print("sum", outer(), flush=True)
    script()
