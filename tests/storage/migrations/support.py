"""Records of the version before, with runs in them, and what there is to compare of two records."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from prefect.core.journal import LEDGERS
from prefect.storage.migrations.steps import script
from tests.storage.support import log_row, run_row, state_row
from tests.support.databases import Place

ROOT = Path(__file__).resolve().parents[3]
RETIRED = {("deployment", "concurrency_limit")}
"""Columns that a record of the current version no longer has when it is new; older ones keep them."""

OLD_TASK_RUN = tuple(name for name in LEDGERS["task_run"].columns if name != "flow_run_run_count")


def make_first_version(place: Place) -> None:
    """A record of version 1 with a flow run, a limit, and what the engine records."""
    rows: dict[str, list[dict[str, Any]]] = {
        "flow": [{"id": b"f" * 16, "name": "f", "tags": '["a"]', "labels": "{}", "created": 1, "updated": 1}],
        "concurrency_limit": [
            {
                "id": b"l" * 16, "kind": "tag", "name": "l", "slots": 3, "active": 1, "slot_decay_per_second": 0.0,
                "rate_level": 0.0, "rate_moment": 1, "created": 1, "updated": 1,
            }
        ],
        "task_run": [{name: run_row(1, 2, "COMPLETED")[LEDGERS["task_run"].columns.index(name)] for name in OLD_TASK_RUN}],
        "task_run_state": [dict(zip(LEDGERS["task_run_state"].columns, state_row(1, n), strict=True)) for n in range(3)],
        "log": [dict(zip(LEDGERS["log"].columns, log_row(n), strict=True)) for n in range(100)],
    }  # fmt: skip
    if place.dialect == "sqlite":
        place.path.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(place.path)) as connection:
            for statement in script("0001", "up", "sqlite"):
                connection.execute(statement)
            connection.execute("PRAGMA user_version = 1")
            _fill(connection, rows, "?")
            connection.commit()
        return
    with psycopg.connect(place.url) as connection:
        for statement in script("0001", "up", "postgresql"):
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) CONSTRAINT alembic_version_pkc PRIMARY KEY)"
        )
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        _fill(connection, rows, "%s")


def _fill(connection: Any, rows: dict[str, list[dict[str, Any]]], mark: str) -> None:
    for table, values in rows.items():
        for row in values:
            marks = ", ".join([mark] * len(row))
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def shape(place: Place) -> set[tuple[Any, ...]]:
    """Every column with its type, and every index."""
    if place.dialect == "sqlite":
        columns = place.rows(
            'SELECT t.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master t, pragma_table_info(t.name) c'
            " WHERE t.type = 'table'"
        )
        indexes = place.rows("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    else:
        columns = place.rows(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        indexes = place.rows("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return {row for row in [*columns, *indexes] if row[:2] not in RETIRED}


def version(place: Place) -> list[Any]:
    """What the record says of its version, in each place where it says it."""
    found = [row[0] for row in place.rows("SELECT version_num FROM alembic_version")]
    return found + [row[0] for row in place.rows("PRAGMA user_version")] if place.dialect == "sqlite" else found


OPEN = """
import os, sys
import psycopg, sqlite3
die_at, steps = int(sys.argv[2]), 0

def step():
    global steps
    steps += 1
    if steps == die_at:
        os.kill(os.getpid(), 9)

class DyingFile(sqlite3.Connection):
    def execute(self, *arguments):
        step()
        return super().execute(*arguments)
    def cursor(self, *arguments, **options):
        class Cursor(sqlite3.Cursor):
            def execute(self, *given):
                step()
                return super().execute(*given)
        return super().cursor(Cursor)
    def commit(self):
        step()
        super().commit()

opened = sqlite3.connect
sqlite3.connect = sqlite3.dbapi2.connect = lambda *given, **options: opened(*given, **{**options, "factory": DyingFile})

def dying(method):
    def wrapped(*given, **options):
        step()
        return method(*given, **options)
    return wrapped

psycopg.Cursor.execute = dying(psycopg.Cursor.execute)
psycopg.Connection.commit = dying(psycopg.Connection.commit)

from prefect.storage.store import open_store
store = open_store(sys.argv[1], "host/boot/1/1")
store.transact(lambda tx: tx.one("SELECT count(*) FROM flow_run"))
store.close()
print(steps)
"""


def opening(place: Place, die_at: int = 0) -> subprocess.Popen[str]:
    """Another process that opens the record, killed with -9 before the statement of that number."""
    return subprocess.Popen(
        [sys.executable, "-c", OPEN, place.url, str(die_at)],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcomes(processes: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Code, output and complaints of each."""
    said = [process.communicate(timeout=120) for process in processes]
    return [(process.returncode, *what) for process, what in zip(processes, said, strict=True)]
