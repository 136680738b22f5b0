"""The server that runs in the background of a home: its process, its log, and whether it answers."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from prefect.cli.output import fail
from prefect.orchestrator.processes import holder_of, is_gone

ENDING_SECONDS = 30.0
STARTING_SECONDS = 60.0
LONGEST_LOG = 2000
"""Characters of the log shown when a process did not start."""


class Background:
    """What is known of a process in the background of a home.

    Args:
        name: `server` or `services`.
    """

    def __init__(self, home: Path, name: str = "server") -> None:
        self.file = home / f"{name}.pid"
        self.log = home / f"{name}.log"

    def remember(self, pid: int, address: str = "") -> None:
        """Note which process it is, and where it listens."""
        self.file.write_text(f"{holder_of(pid)}\n{address}\n")

    def _noted(self) -> list[str]:
        return self.file.read_text().splitlines() or [""]

    def address(self) -> str | None:
        """Where it listens; None if it does not run, or listens nowhere."""
        return ("".join(self._noted()[1:]) or None) if self.running() else None

    def pid(self) -> int | None:
        """The process that was noted; None if there is none."""
        try:
            return int(self._noted()[0].split("/")[-2])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def running(self) -> bool:
        """Whether that very process lives."""
        return self.pid() is not None and is_gone(self._noted()[0]) is False

    def stop(self) -> bool:
        """End it, gently first; says whether there was one."""
        pid = self.pid()
        if pid is None or not self.running():
            self.file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + ENDING_SECONDS
        while self.running():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        self.file.unlink(missing_ok=True)
        return True

    def answers(self, address: str) -> bool:
        """Whether a server at that address says that it is healthy."""
        return probe(f"{address}/api") is not None


def spawned(home: Background, arguments: list[str]) -> subprocess.Popen[bytes]:
    """A process of its own that runs a command; what it says goes into its log."""
    home.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home.log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_for(is_there: Callable[[], bool], process: subprocess.Popen[bytes], home: Background, what: str) -> None:
    """Return once a process that was started is there; ends the command, with the end of its log, if it is not."""
    deadline = time.monotonic() + STARTING_SECONDS
    while not is_there():
        if process.poll() is not None or time.monotonic() > deadline:
            if process.poll() is None:
                process.terminate()
            said = home.log.read_text()[-LONGEST_LOG:]
            fail(f"{what} did not start. Its log {str(home.log)!r} ends:\n{said}")
        time.sleep(0.02)


def probe(api: str, path: str = "/health", timeout: float = 2.0) -> str | None:
    """What the API at an address answers to a GET; None if it does not."""
    parts = urlsplit(api)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path.rstrip("/") + path)
        response = connection.getresponse()
        return response.read().decode() if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def reachable_at(host: str, port: int, base_path: str = "") -> str:
    """The address at which this machine finds a server that listens there."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}{base_path}"
