"""A flow of 50 tasks, called in turn, submitted and inside of subflows; each notes its name in a file.

pipeline.py NOTES begin
pipeline.py NOTES resume RUN_ID
"""

from __future__ import annotations

import os
import sys
import time

from prefect import flow, task

NOTES = sys.argv[1]
PAUSE = float(os.environ.get("PIPELINE_PAUSE", "0.02"))


def note(name: str) -> None:
    descriptor = os.open(NOTES, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(descriptor, f"{name}\n".encode())
    os.close(descriptor)


@task(task_run_name="{name}")
def work(name: str, value: int) -> int:
    time.sleep(PAUSE)
    note(name)
    return value + 1


@flow
def child(name: str, value: int) -> int:
    for number in range(5):
        value = work(f"{name}-{number}", value)
    return value


@flow
def pipeline() -> int:
    total = 0
    for number in range(10):
        total = work(f"in-turn-{number}", total)
    submitted = [work.submit(f"submitted-{number}", number) for number in range(10)]
    total += child("child-a", total)
    total += sum(future.result() for future in submitted)
    chained = work.submit("chain-0", total)
    for number in range(1, 10):
        chained = work.submit(f"chain-{number}", chained)
    total += child("child-b", total)
    for number in range(10):
        total = work(f"last-{number}", total)
    return total + chained.result()


if __name__ == "__main__":
    result = pipeline() if sys.argv[2] == "begin" else pipeline.resume(sys.argv[3])
    print(f"result {result}")
