"""A flow process that ends while its server is away leaves its record on disk, and the next one delivers it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults.outages import reader
from tests.faults.processes import run, start
from tests.faults.servers import ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_the_next_process_delivers_what_a_killed_one_left(tmp_path: Path) -> None:
    server, home = ServerProcess(tmp_path / "server"), tmp_path / "client"
    server.start()
    flow = start("chatty", "400", "2", "0.02", home=home, PREFECT_API_URL=server.api)
    while not (home / "spool").exists() and flow.poll() is None:
        if server.process is not None and server.process.poll() is None and _rows(server) > 20:
            server.kill()
        time.sleep(0.05)
    time.sleep(1.5)
    flow.kill()
    flow.communicate()
    before = _rows(server)
    server.start()
    code, output = run("chatty", "1", "0", "0", home=home, PREFECT_API_URL=server.api)
    assert code == 0, output
    deadline = time.monotonic() + 10
    while list((home / "spool").rglob("*.spool")) and time.monotonic() < deadline:
        run("chatty", "1", "0", "0.5", home=home, PREFECT_API_URL=server.api)
    assert not list((home / "spool").rglob("*.spool"))
    assert _rows(server) > before + 20
    rows = reader(server, None)
    twice = "SELECT 1 FROM log WHERE message LIKE 'task %' GROUP BY flow_run_id, message HAVING count(*) > 1"
    assert rows(f"SELECT count(*) FROM ({twice})") == [(0,)]
    server.stop()


def _rows(server: ServerProcess) -> int:
    count: int = reader(server, None)("SELECT count(*) FROM task_run")[0][0]
    return count


def test_a_run_that_cannot_begin_says_where_its_server_is(tmp_path: Path) -> None:
    code, output = run(
        "chatty", "1", "0", "0", home=tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api",
        PREFECT_CLIENT_START_PATIENCE_SECONDS="0.5",
    )  # fmt: skip
    assert code == 1
    assert "The server at http://127.0.0.1:9/api cannot be reached" in output.splitlines()[-1]
