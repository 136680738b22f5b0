"""Whoever holds slots is killed: they are free in time, of global limits and of tags alike."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.processes import start
from tests.faults.servers import ServerProcess
from tests.server.support import new_database

MOST_SECONDS = 30.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    database = new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None
    server = ServerProcess(tmp_path / "server", database)
    server.start()
    yield server
    server.stop()


def taken(api: httpx.Client) -> tuple[int, int]:
    """Slots taken of the global limit and of the tag's."""
    found = {one["name"]: one["active_slots"] for one in api.post("/v2/concurrency_limits/filter", json={}).json()}
    return found["held"], found["tag:held"]


def wait_for(word: str, process: subprocess.Popen[str]) -> None:
    """Until a process says something."""
    assert process.stdout is not None
    said = ""
    while word not in said:
        line = process.stdout.readline()
        assert line, f"it ended before it said {word!r}:\n{said}"
        said += line


@pytest.mark.slow
def test_slots_of_a_killed_process_are_free_in_time(server: ServerProcess, tmp_path: Path) -> None:
    with httpx.Client(base_url=server.api, timeout=30) as api:
        api.post("/v2/concurrency_limits/", json={"name": "held", "limit": 2}).raise_for_status()
        api.post("/concurrency_limits/", json={"tag": "held", "concurrency_limit": 1}).raise_for_status()
        holder = start("holder", "600", home=tmp_path / "holder", PREFECT_API_URL=server.api)
        try:
            wait_for("holding", holder)
            assert taken(api) == (2, 1)
        finally:
            holder.kill()
            holder.communicate()
        killed = time.monotonic()
        while taken(api) != (0, 0) and time.monotonic() - killed < MOST_SECONDS:
            time.sleep(0.2)
        assert taken(api) == (0, 0)
        lease = {"names": ["held", "tag:held"], "slots": 1}
        assert api.post("/v2/concurrency_limits/increment-with-lease", json=lease).status_code == 200
        assert time.monotonic() - killed < MOST_SECONDS
