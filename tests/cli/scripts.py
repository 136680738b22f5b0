"""Scripts that users would run, as the tests of retry and cancel need them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

CLOSE_MONTH = """
import os, time
from dataclasses import dataclass
from pathlib import Path
from prefect import flow, task

HERE = Path(__file__).parent

@dataclass
class Booking:
    account: str

def note(text):
    with (HERE / "executed.txt").open("a") as file:
        file.write(text + "\\n")

@task
def book(account: str) -> Booking:
    if account == "6000" and not (HERE / "repaired").exists():
        time.sleep(0.2)
        os.kill(os.getpid(), 9)
    note(account)
    return Booking(account)

@flow
def close_month(accounts: list[str]) -> int:
    done = [book(account) for account in accounts]
    assert all(isinstance(booking, Booking) for booking in done)
    return len(done)

close_month(["4000", "5000", "6000", "7000"])
"""

SLEEPER = """
import time
from pathlib import Path
from prefect import flow

@flow
def inner():
    (Path(__file__).parent / "started").touch()
    time.sleep(120)

@flow
def outer():
    inner()

if __name__ == "__main__":
    outer()
"""

TALKER = """
import time
from pathlib import Path
from prefect import flow, get_run_logger

@flow
def talks():
    for number in range(200):
        get_run_logger().info("word %d", number)
        (Path(__file__).parent / "started").touch()
        time.sleep(0.02)

if __name__ == "__main__":
    talks()
"""


def start(script: Path, home: Path) -> subprocess.Popen[bytes]:
    """Start a script as a user would, with a record of its own."""
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
    }
    return subprocess.Popen([sys.executable, str(script)], env=environment, cwd=script.parent)


def run_until_killed(script: Path, home: Path) -> None:
    """Run a script that kills its own process."""
    assert start(script, home).wait(60) == -signal.SIGKILL
