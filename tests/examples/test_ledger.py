"""The ledger pipeline as a user runs it: whole, twice, into PostgreSQL, in little memory, killed midway."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from examples.ledger import warehouse
from tests.examples.commands import Terminal

ROWS = 12_000
CHUNK = 2_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def load(terminal: Terminal, url: str, rows: int = ROWS) -> str:
    return terminal.python("-m", "examples.ledger", "--warehouse", url, *sizes(rows))


def sizes(rows: int) -> list[str]:
    return ["--chunk-rows", str(CHUNK), "--limit", str(rows)]


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return Terminal(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def finished(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The address of a warehouse that one undisturbed run filled, and what the run printed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('warehouse')}/warehouse.db"
    return url, load(terminal, url)


def test_every_row_is_booked_or_refused(finished: tuple[str, str]) -> None:
    held = warehouse.counts(finished[0])
    assert held["flights"] + held["rejects"] == ROWS
    assert held["rejects"] > 100


def test_the_busy_service_is_asked_again(finished: tuple[str, str]) -> None:
    refused = re.findall(r"(\w+) refused on attempt (\d)", finished[1])
    assert sorted(set(refused)) == [("airports", "1"), ("planes", "1"), ("planes", "2")]


def test_the_record_tells_what_happened(terminal: Terminal, finished: tuple[str, str]) -> None:
    [run] = terminal.read("flow-run", "ls")
    assert run["state_type"] == "COMPLETED"
    names = [task["name"] for task in terminal.read("task-run", "ls", "--limit", "100")]
    assert sum(name.startswith("book-") for name in names) == ROWS / CHUNK
    keys = {artifact["key"] for artifact in terminal.read("artifact", "ls")}
    assert keys == {"ledger-load", "ledger-rejects"}


def test_loading_again_changes_nothing(terminal: Terminal, finished: tuple[str, str]) -> None:
    before = warehouse.counts(finished[0])
    load(terminal, finished[0])
    assert warehouse.counts(finished[0]) == before


@pytest.mark.postgres
def test_postgresql_ends_up_with_the_same(terminal: Terminal, finished: tuple[str, str], postgres_url: str) -> None:
    warehouse.drop(postgres_url)
    load(terminal, postgres_url)
    assert warehouse.counts(postgres_url) == warehouse.counts(finished[0])
    assert warehouse.month_totals(postgres_url, 1) == warehouse.month_totals(finished[0], 1)


def test_a_killed_run_is_finished_by_retry(finished: tuple[str, str], tmp_path: Path) -> None:
    terminal, path = Terminal(tmp_path / "home"), tmp_path / "warehouse.db"
    url = f"sqlite:///{path}"
    warehouse.create(url)
    count_rewrites(path)

    process = terminal.start("-m", "examples.ledger", "--warehouse", url, *sizes(ROWS))
    wait_for_chunks(path, 3)
    process.kill()
    process.communicate()
    assert warehouse.counts(url)["flights"] < warehouse.counts(finished[0])["flights"]

    [run] = terminal.read("flow-run", "ls")
    terminal.prefect("flow-run", "retry", run["id"])
    assert warehouse.counts(url) == warehouse.counts(finished[0])
    # The chunk in flight may have been booked without being on record; all others were booked once.
    assert rewrites(path) <= CHUNK


def test_memory_does_not_grow_with_the_export(terminal: Terminal, tmp_path: Path) -> None:
    small, large = (peak_megabytes(terminal, tmp_path / f"{rows}.db", rows) for rows in (10_000, 60_000))
    # 50,000 more rows held at once would take more than 60 MB as frames alone.
    assert large - small < 30


def test_a_wrong_option_is_named(terminal: Terminal) -> None:
    process = terminal.start("-m", "examples.ledger", "--chunk-rows", "0")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--chunk-rows: 0 is not a positive number" in output


def count_rewrites(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE rewrites (flight INTEGER)")
        connection.execute(
            "CREATE TRIGGER rewritten AFTER UPDATE ON flights BEGIN INSERT INTO rewrites VALUES (new.flight); END"
        )


def rewrites(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM rewrites").fetchone()[0])


def wait_for_chunks(path: Path, chunks: int) -> None:
    give_up = time.monotonic() + 60
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        while connection.execute("SELECT count(*) FROM flights").fetchone()[0] < (chunks - 1) * CHUNK:
            assert time.monotonic() < give_up, "the pipeline booked nothing for a minute"
            time.sleep(0.01)


def peak_megabytes(terminal: Terminal, path: Path, rows: int) -> float:
    code = (
        "import resource, runpy; runpy.run_module('examples.ledger', run_name='__main__', alter_sys=True); "
        "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    output = terminal.python("-c", code, "--warehouse", f"sqlite:///{path}", *sizes(rows))
    [peak] = re.findall(r"^peak (\d+)$", output, re.MULTILINE)
    return int(peak) / 1024
