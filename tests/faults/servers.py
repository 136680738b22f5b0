"""A server as a process of its own, to be killed and started again on the same port and database."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.processes import environment
from tests.support.ports import free_port

STARTING_SECONDS = 30.0


class ServerProcess:
    """One server.

    Args:
        home: its PREFECT_HOME; the SQLite file is there unless `database` says otherwise.
        database: a database's address.
        port: where it listens, also after it was started again.
        more: further environment variables.
    """

    def __init__(self, home: Path, database: str | None = None, port: int | None = None, **more: str) -> None:
        self.home = home
        self.port = port or free_port()
        self.more = more
        if database is not None:
            self.more["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
        self.log = home / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> float:
        """Start it; returns how many seconds it took to be healthy."""
        began = time.monotonic()
        self.begin()
        self.await_health()
        return time.monotonic() - began

    def begin(self) -> None:
        """Start it, without waiting until it is healthy."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "prefect.server"],
                env=environment(self.home, PREFECT_SERVER_API_PORT=str(self.port), **self.more),
                stdout=log,
                stderr=log,
            )

    def await_health(self) -> None:
        """Return once it is healthy."""
        assert self.process is not None
        began = time.monotonic()
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() - began > STARTING_SECONDS:
                raise AssertionError(f"the server did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.01)

    def healthy(self) -> bool:
        """Whether it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().read() == b"true"
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """SIGKILL: it has no chance to write anything."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it in good order; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)
