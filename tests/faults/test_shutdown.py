"""A server that is told to end under load answers what it has begun, and loses nothing that it acknowledged."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.outages import reader
from tests.faults.servers import ServerProcess
from tests.server.support import new_database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
CLIENTS = 8
LOAD_SECONDS = 1.5


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str | None:
    return new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


@pytest.fixture
def server(tmp_path: Path, database: str | None) -> Iterator[ServerProcess]:
    made = ServerProcess(tmp_path / "server", database)
    made.start()
    yield made
    made.stop()


class Client(threading.Thread):
    """Makes flow runs with a log line each, one after the other, until the server is gone."""

    def __init__(self, port: int, flow_id: str) -> None:
        super().__init__(daemon=True)
        self.port, self.flow_id = port, flow_id
        self.runs: list[str] = []
        self.lines: list[str] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            while True:
                name = uuid4().hex
                status, run = self._post(connection, "/api/flow_runs/", {"name": name, "flow_id": self.flow_id})
                if status != 201:
                    return
                self.runs.append(name)
                line = {"name": "n", "level": 20, "message": name, "timestamp": "2026-01-01T00:00:00Z"}
                status, _ = self._post(connection, "/api/logs/", [{**line, "flow_run_id": run["id"]}])
                if status == 201:
                    self.lines.append(name)
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def _post(self, connection: http.client.HTTPConnection, path: str, body: object) -> tuple[int, dict[str, str]]:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        self.statuses.add(answer.status)
        return answer.status, json.loads(content) if content else {}


def test_nothing_acknowledged_is_lost(server: ServerProcess, database: str | None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/api/flows/", json.dumps({"name": "f"}), {"Content-Type": "application/json"})
    flow_id = json.loads(connection.getresponse().read())["id"]
    connection.close()
    stream = http.client.HTTPConnection("127.0.0.1", server.port)
    stream.request("GET", "/api/headrace/live")  # a page that goes on for ever
    clients = [Client(server.port, flow_id) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(LOAD_SECONDS)
    began = time.monotonic()
    server.stop()
    ended = time.monotonic() - began
    stream.close()
    for client in clients:
        client.join(10)
    runs = [name for client in clients for name in client.runs]
    lines = [name for client in clients for name in client.lines]
    assert len(runs) > 50
    assert set().union(*(client.statuses for client in clients)) == {201}
    rows = reader(server, database)
    stored = {name for (name,) in rows("SELECT name FROM flow_run")}
    assert [name for name in runs if name not in stored] == []
    messages = {message for (message,) in rows("SELECT message FROM log")}
    assert [name for name in lines if name not in messages] == []
    assert ended < 8
    assert "Traceback" not in server.log.read_text()
