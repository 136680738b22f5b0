"""Runs one flow after another, a line of input each, on a disk of limited size: `filling.py`.

A line is the number of kilobytes to log; the answer is the flow's result or its error, in one line.
"""

from __future__ import annotations

import sys

from prefect import flow, get_run_logger, task
from prefect.exceptions import StorageError


@task
def fill(kilobytes: int) -> int:
    logger = get_run_logger()
    for _ in range(kilobytes):
        logger.debug("x" * 1000)
        logger.info("%s", "x" * 1000)
    return kilobytes


@flow
def filling(kilobytes: int) -> int:
    return fill(kilobytes)


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            print(f"result {filling(int(line))}", flush=True)
        except StorageError as error:
            print(f"refused {type(error).__name__}: {error}", flush=True)
