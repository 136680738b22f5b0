"""The server that runs in the background of a home: its process, its log, and whether it answers."""

from __future__ import annotations

import http.client
import os
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

from prefect.orchestrator.processes import holder_of, is_gone

ENDING_SECONDS = 30.0


class Background:
    """What is known of the background server of a home."""

    def __init__(self, home: Path) -> None:
        self.file = home / "server.pid"
        self.log = home / "server.log"

    def remember(self, pid: int) -> None:
        """Note which process it is."""
        self.file.write_text(holder_of(pid))

    def pid(self) -> int | None:
        """The process that was noted; None if there is none."""
        try:
            return int(self.file.read_text().split("/")[-2])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def running(self) -> bool:
        """Whether that very process lives."""
        return self.pid() is not None and is_gone(self.file.read_text()) is False

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
