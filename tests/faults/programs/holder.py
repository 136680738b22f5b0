"""Holds slots of a global limit and of a tag's, says so, and goes on holding them."""

from __future__ import annotations

import sys
import time

from prefect import flow, task
from prefect.concurrency.sync import concurrency


@task(tags=["held"])
def hold(seconds: float) -> None:
    with concurrency("held", occupy=2):
        print("holding", flush=True)
        time.sleep(seconds)


@flow
def holds(seconds: float) -> None:
    hold(seconds)


if __name__ == "__main__":
    holds(float(sys.argv[1]))
