"""A flow of so many tasks, each of which logs so many lines and takes so many seconds."""

import sys
import time

from prefect import flow, get_run_logger, task

TASKS, LINES, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])


@task
def speak(number: int) -> int:
    logger = get_run_logger()
    for line in range(LINES):
        logger.info("task %d line %d", number, line)
    time.sleep(SECONDS)
    return number


@flow
def chatty() -> int:
    return sum(speak(number) for number in range(TASKS))


if __name__ == "__main__":
    print("sum", chatty())
