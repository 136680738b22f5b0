"""A peer's server in processes of its own: started, measured, stopped. Ours may stand on PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Answered, ask_once
from benchmarks.peers import ROOT, Peer
from tests.support.ports import free_port

START_SECONDS = 180.0
STOP_SECONDS = 30.0
POSTGRES_VARIABLE = "HEADRACE_BENCH_POSTGRES"


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        port: where it listens on the loopback interface.
        process: the process that was started; it may have others below it.
        started: seconds until it answered that it is healthy.
    """

    port: int
    process: subprocess.Popen[bytes]
    started: float

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    def ask(self, method: str, path: str, body: object = None) -> Answered:
        """One request, on a connection of its own."""
        return ask_once(self.port, method, path, body)

    def memory_bytes(self) -> int:
        """Resident memory of it and of all processes below it."""
        return sum(_resident(process) for process in _family(self.process.pid))


@contextmanager
def serving(peer: Peer, home: Path, database: str | None = None) -> Iterator[Server]:
    """A server on a home of its own, from its start until the end of the block."""
    port = free_port()
    environment = peer.environment(home) | {"PREFECT_LOGGING_SERVER_LEVEL": "WARNING"}
    if database is not None:
        environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
    command = [str(peer.python), "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = home.with_name(home.name + "-server.txt")
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_until_healthy(process, port, log)
            yield Server(port, process, time.perf_counter() - began)
        finally:
            _stop(process)


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if ask_once(port, "GET", "/api/health").status == 200:
                return
        except OSError:
            pass  # nobody listens yet
        time.sleep(0.01)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    raise RuntimeError(f"the server was not healthy after {START_SECONDS:g} s:\n{last}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def _family(process: int) -> list[int]:
    """A process and all that it started, and that those started."""
    below = [
        int(child) for tasks in Path(f"/proc/{process}/task").glob("*/children") for child in tasks.read_text().split()
    ]
    return [process, *(member for child in below for member in _family(child))]


def _resident(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
