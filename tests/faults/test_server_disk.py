"""A server whose disk is full, read-only, or holds something else: named once, told to whoever asks, and overcome."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.processes import environment
from tests.faults.servers import ServerProcess
from tests.faults.test_disk import fill, small_disk
from tests.support.ports import free_port

__all__ = ["small_disk"]
pytestmark = [pytest.mark.timeout(120)]

Answer = tuple[int, Any]


def ask(server: ServerProcess, path: str, body: object = None) -> Answer:
    """What a server answers: status and JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.api + path, data, {"Content-Type": "application/json"})
    try:
        with closing(urllib.request.urlopen(request, timeout=30)) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def until(condition: Callable[[], bool], seconds: float = 30.0) -> float:
    """How long it took until that was so."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture
def server(small_disk: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server whose database is on the small disk, and its log is not."""
    made = ServerProcess(tmp_path / "home", f"sqlite:///{small_disk / 'prefect.db'}")
    made.start()
    yield made
    made.stop()


def check_log(server: ServerProcess, seconds: float) -> list[str]:
    """The log's lines: no traceback among them, and no more than one a second."""
    text = server.log.read_text()
    assert "Traceback" not in text, text
    lines = text.splitlines()
    assert len(lines) <= max(seconds, 4), text
    return lines


def test_a_full_disk_is_overcome_without_a_restart(server: ServerProcess, small_disk: Path) -> None:
    began = time.monotonic()
    place = str(small_disk / "prefect.db")
    assert ask(server, "/flows/", {"name": "before"})[0] == 201
    assert ask(server, "/ready") == (200, {"message": "OK"})
    ballast = small_disk / "ballast"
    fill(ballast)
    until(lambda: ask(server, "/ready")[0] == 503)
    status, said = ask(server, "/ready")
    assert status == 503
    assert f"The disk that holds database '{place}' is full" in said["detail"]
    assert ask(server, "/health") == (200, True)
    status, said = ask(server, "/flows/", {"name": "during"})
    assert status == 503
    assert f"The disk that holds database '{place}' is full" in said["detail"]
    assert ask(server, "/flows/filter", {})[0] == 200  # reading goes on
    ballast.unlink()
    assert until(lambda: ask(server, "/ready")[0] == 200) < 10
    assert ask(server, "/flows/", {"name": "after"})[0] == 201
    names = {flow["name"] for flow in ask(server, "/flows/filter", {})[1]}
    assert names >= {"before", "after"}
    lines = check_log(server, time.monotonic() - began)
    assert any(f"The disk that holds database '{place}' is full" in line for line in lines)
    assert any("is being written again" in line for line in lines)


def test_a_file_that_is_damaged_and_mended_while_the_server_runs(server: ServerProcess, small_disk: Path) -> None:
    began, place = time.monotonic(), small_disk / "prefect.db"
    assert ask(server, "/flows/", {"name": "before"})[0] == 201
    files = {path: path.read_bytes() for path in (place, small_disk / "prefect.db-wal")}
    for path in files:
        with path.open("r+b") as file:
            file.write(b"garbage " * (path.stat().st_size // 8))
    until(lambda: ask(server, "/ready")[0] == 503)
    assert str(place) in ask(server, "/ready")[1]["detail"]
    assert ask(server, "/health") == (200, True)
    for path, content in files.items():
        with path.open("r+b") as file:
            file.write(content)
    until(lambda: ask(server, "/ready")[0] == 200)
    assert ask(server, "/flows/", {"name": "after"})[0] == 201
    check_log(server, time.monotonic() - began)


# --- at start


def refused(home: Path, database: Path) -> str:
    """What a server says that cannot start: one line."""
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "server", "start", "--port", str(free_port())],
        env=environment(home, PREFECT_SERVER_DATABASE_CONNECTION_URL=f"sqlite:///{database}"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert str(database) in done.stderr
    return done.stderr


def test_garbage_instead_of_a_database(tmp_path: Path) -> None:
    database = tmp_path / "prefect.db"
    database.write_bytes(b"garbage " * 1000)
    assert "damaged or no database" in refused(tmp_path / "home", database)
    assert database.read_bytes() == b"garbage " * 1000


def test_a_read_only_disk(small_disk: Path, tmp_path: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "cannot be written" in refused(tmp_path / "home", small_disk / "prefect.db")


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    fill(small_disk / "ballast")
    assert "is full" in refused(tmp_path / "home", small_disk / "prefect.db")


def test_a_schema_of_another_program(tmp_path: Path) -> None:
    database = tmp_path / "prefect.db"
    subprocess.run(
        [sys.executable, "-c", f"import sqlite3; sqlite3.connect({str(database)!r}).execute('CREATE TABLE x (y)')"],
        check=True,
    )
    assert "tables of another program" in refused(tmp_path / "home", database)
