"""Rows and stores for the tests of storage."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.core.journal import ARTIFACT, LEDGERS, LOG, TASK_RUN, TASK_RUN_STATE, Row
from prefect.storage.sqlite.store import SqliteStore


def new_store(path: Path, busy_timeout: float = 20.0) -> SqliteStore:
    return SqliteStore(path, "host/boot/1/1", busy_timeout)


def log_row(number: int, message: Any = "said", **changed: Any) -> Row:
    values = {"id": UUID(int=number).bytes, "name": "test", "level": 20, "message": message, "timestamp": number}
    return _row(LOG, {**values, **changed})


def state_row(run: int, sequence: int, type: str = "RUNNING", **changed: Any) -> Row:
    values = {"task_run_id": UUID(int=run).bytes, "sequence": sequence, "id": UUID(int=run * 1000 + sequence).bytes}
    return _row(TASK_RUN_STATE, {**values, "attempt": 1, "type": type, "name": type, "timestamp": sequence, **changed})


def run_row(run: int, sequence: int, type: str = "RUNNING", **changed: Any) -> Row:
    values: dict[str, Any] = {
        "id": UUID(int=run).bytes,
        "task_name": "task",
        "task_key": "task",
        "dynamic_key": str(run),
        "created": 1,
        "name": f"run-{run}",
        "attempt": 1,
        "run_count": 1,
        "sequence": sequence,
        "state_id": UUID(int=run * 1000 + sequence).bytes,
        "state_type": type,
        "state_name": type,
        "state_timestamp": sequence,
        "run_time": 0,
        "updated": sequence,
    }
    return _row(TASK_RUN, {**values, **changed})


def artifact_row(number: int, updated: int, **changed: Any) -> Row:
    values = {"id": UUID(int=number).bytes, "key": "k", "created": 0, "updated": updated}
    return _row(ARTIFACT, {**values, **changed})


def _row(table: str, values: dict[str, Any]) -> Row:
    return tuple(values.get(column) for column in LEDGERS[table].columns)


def stored(path: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """What another process would read."""
    with closing(sqlite3.connect(path, timeout=20)) as connection:
        return connection.execute(sql, parameters).fetchall()


def everything(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tables that the journal fills."""
    return {table: stored(path, f"SELECT * FROM {table} ORDER BY 1, 2") for table in LEDGERS}
