"""Three tasks that note their names, then one that hangs unless told otherwise.

three.py NOTES begin | three.py NOTES resume RUN_ID
"""

from __future__ import annotations

import os
import signal
import sys
import time

from prefect import flow, task

NOTES = sys.argv[1]
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have what they start in the background ignore it


def note(name: str) -> None:
    with open(NOTES, "a") as file:
        file.write(f"{name}\n")


@task
def quick(name: str) -> dict[str, str]:
    note(name)
    return {"name": name}


@task
def hanging() -> str:
    note("hanging")
    if "HANG" in os.environ:
        time.sleep(600)
    return "done"


@flow
def three() -> list[dict[str, str]]:
    found = [quick(name) for name in ("a", "b", "c")]
    hanging()
    return found


if __name__ == "__main__":
    print(three() if sys.argv[2] == "begin" else three.resume(sys.argv[3]))
