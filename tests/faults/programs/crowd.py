"""A flow of many quick tasks: `crowd.py TASKS`."""

from __future__ import annotations

import sys

from prefect import flow, task


@task
def one(number: int) -> int:
    return number


@flow
def crowd(tasks: int) -> int:
    return sum(one(number) for number in range(tasks))


if __name__ == "__main__":
    tasks = int(sys.argv[1])
    assert crowd(tasks) == tasks * (tasks - 1) // 2
