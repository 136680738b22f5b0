"""What the server has acknowledged is in the database's files at that very moment, and those are synced with each commit.

The files are copied as they are when the answer comes, as a machine would find them after its power failed, and the copy
is opened. That a commit waits for the disk is asked of the sessions that write.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from prefect.storage.store import Store
from tests.server.listening import an_event
from tests.server.support import new_database, opened, serving

FULL = 2
"""SQLite's word for a sync with each commit."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return new_database(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'prefect.db'}"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(opened(database)) as store:
        yield store


@pytest.fixture
async def api(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(store, tmp_path, services=False) as client:
        yield client


class Copies:
    """What is in the files of a database, at any moment; of PostgreSQL, what another session sees committed."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.made = 0

    def count(self, table: str) -> int:
        """How many rows a table has there."""
        sql = f"SELECT count(*) FROM {table}"
        if not self.url.startswith("sqlite"):
            with psycopg.connect(self.url) as connection:
                return int(connection.execute(sql.encode()).fetchall()[0][0])
        self.made += 1
        place = self.folder / str(self.made)
        place.mkdir(parents=True)
        for suffix in ("", "-wal"):
            source = self.folder.parent / f"prefect.db{suffix}"
            if source.exists():
                shutil.copy(source, place)
        with closing(sqlite3.connect(place / "prefect.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return int(connection.execute(sql).fetchone()[0])


async def test_every_acknowledged_write_is_there(api: httpx.AsyncClient, database: str, tmp_path: Path) -> None:
    copies = Copies(database, tmp_path / "copies")
    known = {
        table: copies.count(table)
        for table in ("flow", "flow_run", "flow_run_state", "task_run", "log", "event", "variable")
    }

    async def acknowledged(path: str, body: Any, **added: int) -> Any:
        answer = await api.post(path, json=body)
        assert answer.is_success, answer.text
        for table, count in added.items():
            known[table] += count
            assert copies.count(table) >= known[table], f"{table} after {path}"
        return answer.json() if answer.content else None

    flow = (await acknowledged("/flows/", {"name": "power"}, flow=1))["id"]
    for number in range(10):
        run = {"flow_id": flow, "state": {"type": "PENDING"}, "idempotency_key": str(number)}
        run_id = (await acknowledged("/flow_runs/", run, flow_run=1, flow_run_state=1))["id"]
        state = {"state": {"type": "RUNNING"}}
        await acknowledged(f"/flow_runs/{run_id}/set_state", state, flow_run_state=1)
        task = {"flow_run_id": run_id, "task_key": "t", "dynamic_key": "0", "state": {"type": "RUNNING"}}
        await acknowledged("/task_runs/", task, task_run=1)
        line = {"name": "n", "level": 20, "message": "m", "timestamp": "2026-01-01T00:00:00Z", "flow_run_id": run_id}
        await acknowledged("/logs/", [line] * 3, log=3)
        await acknowledged("/events", [an_event(), an_event()], event=2)
        await acknowledged("/variables/", {"name": f"v{number}", "value": number}, variable=1)


def test_each_commit_waits_for_the_disk(database: str) -> None:
    """Also where a database's own setting is another."""
    if database.startswith("postgresql"):
        name = database.rpartition("/")[2]
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())
    with closing(opened(database)) as store:
        ask = "PRAGMA synchronous" if store.dialect == "sqlite" else "SHOW synchronous_commit"
        expected = FULL if store.dialect == "sqlite" else "on"
        assert [store.transact(lambda tx: tx.one(ask)) for _ in range(5)] == [(expected,)] * 5
