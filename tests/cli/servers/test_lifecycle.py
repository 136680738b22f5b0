"""Servers and services in the background, several processes on one socket, and what `server status` says of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.processes import environment
from tests.server.support import new_database
from tests.support.ports import free_port

pytestmark = [pytest.mark.timeout(120)]
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def prefect(tmp_path: Path, port: int) -> Iterator[Command]:
    """The command in a process of its own, as people run it; what it left in the background is stopped."""

    def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        own = {"PREFECT_SERVER_API_PORT": str(port), "COLUMNS": "200", **more}
        return subprocess.run(
            [sys.executable, "-m", "prefect", *arguments],
            env=environment(tmp_path / "home", **own),
            capture_output=True,
            text=True,
            check=False,
        )

    yield call
    call("server", "stop")
    call("server", "services", "stop")


def api(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def get(port: int, path: str) -> Any:
    with urllib.request.urlopen(api(port) + path, timeout=5) as answer:
        return json.loads(answer.read())


def test_a_server_in_the_background_from_start_to_stop(prefect: Command, port: int, tmp_path: Path) -> None:
    address = {"PREFECT_API_URL": api(port)}
    assert prefect("server", "status", **address).returncode == 1
    started = prefect("server", "start", "--background")
    assert started.returncode == 0, started.stderr
    again = prefect("server", "start", "-b")
    assert again.returncode == 1
    assert "already running" in again.stderr
    said = prefect("server", "status", **address)
    assert said.returncode == 0, said.stderr
    assert "Server is available." in said.stdout
    assert f"API URL: {api(port)}" in said.stdout
    assert "Server version: 3.8.8" in said.stdout
    assert str(tmp_path / "home" / "prefect.db") in said.stdout
    assert f"API URL: {api(port)}" in prefect("server", "status").stdout  # it is found without being told where
    found = json.loads(prefect("server", "status", "-o", "json", **address).stdout)
    assert (found["status"], found["api_url"], found["server_version"]) == ("available", api(port), "3.8.8")
    assert found["server"]["ready"] is True
    stopped = prefect("server", "stop")
    assert (stopped.returncode, stopped.stdout) == (0, "Server stopped.\n")
    assert (tmp_path / "home" / "server.log").read_text().count("Traceback") == 0


def test_what_is_said_where_no_server_is(prefect: Command, port: int) -> None:
    address = {"PREFECT_API_URL": api(port)}
    nowhere = prefect("server", "status")
    assert nowhere.returncode == 1
    assert "No API URL configured. Set PREFECT_API_URL" in nowhere.stderr
    document = json.loads(prefect("server", "status", "-o", "json", **address).stdout)
    assert set(document) == {"status", "api_url", "error"}
    assert document["status"] == "unavailable"
    waited = prefect("server", "status", "--wait", "--timeout", "1", "-o", "json", **address)
    assert waited.returncode == 1
    assert json.loads(waited.stdout) | {"error": ""} == {
        "status": "timed_out", "api_url": api(port), "timeout": 1, "error": "",
    }  # fmt: skip


def test_waiting_for_a_server_that_comes(prefect: Command, port: int) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "status", "--wait", "-t", "60"],
        env=environment(Path(os.environ["PREFECT_HOME"]), PREFECT_API_URL=api(port)),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        time.sleep(1)
        assert waiting.poll() is None
        prefect("server", "start", "-b")
        output, _ = waiting.communicate(timeout=60)
    finally:
        waiting.kill()
    assert waiting.returncode == 0
    assert "Server is available." in output


def test_services_without_a_server(prefect: Command) -> None:
    listed = json.loads(prefect("server", "services", "ls", "-o", "json").stdout)
    assert {each["name"] for each in listed if each["enabled"]} >= {"late_runs", "retention", "crash_detection"}
    off = {"PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false", "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "false"}
    listed = json.loads(prefect("server", "services", "ls", "-o", "json", **off).stdout)
    assert {each["name"] for each in listed if not each["enabled"]} == {"late_runs", "retention"}
    none = prefect("server", "services", "stop")
    assert (none.returncode, none.stdout) == (0, "No services are running in the background.\n")
    started = prefect("server", "services", "start", "-b")
    assert started.returncode == 0, started.stderr
    assert "in the background" in started.stdout
    assert prefect("server", "services", "start", "-b").returncode == 1
    assert prefect("server", "services", "stop").stdout == "Services stopped.\n"


def test_several_workers_need_postgresql(prefect: Command) -> None:
    refused = prefect("server", "start", "--workers", "2")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Several --workers need PostgreSQL")
    assert refused.stderr.count("\n") == 1


@pytest.mark.postgres
def test_several_workers_on_one_socket(prefect: Command, port: int, postgres_url: str) -> None:
    database = new_database(postgres_url)
    started = prefect("server", "start", "-b", "--workers", "2", PREFECT_SERVER_DATABASE_CONNECTION_URL=database)
    assert started.returncode == 0, started.stderr + started.stdout
    pids = _pids(port, 2)
    os.kill(min(pids), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(again := _pids(port, 2)) < 2 or min(pids) in again:
        assert time.monotonic() < deadline, again
    assert max(pids) in again
    assert prefect("server", "stop").stdout == "Server stopped.\n"
    for pid in again:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def _pids(port: int, wanted: int) -> set[int]:
    """The processes that answer, as far as some tries show."""
    found: set[int] = set()
    for _ in range(200):
        try:
            found.add(get(port, "/pid")["pid"])
        except OSError:
            continue  # it was killed while it answered
        if len(found) == wanted:
            break
    return found
