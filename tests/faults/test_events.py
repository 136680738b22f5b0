"""Events that were accepted are stored, whatever becomes of the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.sync.client import connect

from tests.faults.servers import ServerProcess
from tests.server.listening import AUTH, an_event
from tests.server.support import new_database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
BATCH = 100
FLOOD = 20_000
MOST_MEGABYTES = 10.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    database = new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None
    server = ServerProcess(tmp_path / "server", database)
    server.start()
    yield server
    server.stop()


def stored(server: ServerProcess, name: str) -> int:
    response = httpx.post(server.api + "/events/filter", json={"filter": {"event": {"name": [name]}}}, timeout=60)
    total: int = response.json()["total"]
    return total


def memory(server: ServerProcess) -> float:
    """Megabytes that the server has in memory."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def flood(server: ServerProcess, name: str, count: int) -> int:
    """Send events over several connections as fast as they are taken; returns how many were accepted."""

    def send(batches: int) -> int:
        accepted = 0
        with httpx.Client(base_url=server.api, timeout=60) as client:
            for _ in range(batches):
                status = 429
                while status in (429, 503):
                    status = client.post("/events", json=[an_event(name, f"r.{n}") for n in range(BATCH)]).status_code
                assert status == 204
                accepted += BATCH
        return accepted

    with ThreadPoolExecutor(4) as threads:
        return sum(threads.map(send, [count // BATCH // 4] * 4))


def test_a_flood_is_stored_and_takes_no_memory(server: ServerProcess) -> None:
    name = uuid4().hex
    flood(server, uuid4().hex, 2 * BATCH * 4)
    before = memory(server)
    accepted = flood(server, name, FLOOD)
    assert stored(server, name) == accepted == FLOOD
    assert memory(server) - before < MOST_MEGABYTES


def test_what_was_accepted_survives_a_kill(server: ServerProcess) -> None:
    name = uuid4().hex
    with httpx.Client(base_url=server.api, timeout=60) as client:
        for _ in range(5):
            assert client.post("/events", json=[an_event(name) for _ in range(BATCH)]).status_code == 204
    server.kill()
    server.start()
    assert stored(server, name) == 5 * BATCH


def test_what_a_pong_acknowledged_survives_a_kill(server: ServerProcess) -> None:
    name = uuid4().hex
    with connect(server.api.replace("http", "ws") + "/events/in", subprotocols=["prefect"]) as socket:  # type: ignore[list-item]
        socket.send(json.dumps(AUTH))
        socket.recv()
        for _ in range(500):
            socket.send(json.dumps(an_event(name)))
        assert socket.ping().wait(30)
        server.kill()
    server.start()
    assert stored(server, name) == 500


def test_what_a_close_acknowledged_survives_a_kill(server: ServerProcess) -> None:
    name = uuid4().hex
    with connect(server.api.replace("http", "ws") + "/events/in", subprotocols=["prefect"], close_timeout=30) as socket:  # type: ignore[list-item]
        socket.send(json.dumps(AUTH))
        socket.recv()
        for _ in range(500):
            socket.send(json.dumps(an_event(name)))
    server.kill()
    server.start()
    assert stored(server, name) == 500
