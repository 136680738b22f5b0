"""A record with very many runs in it, put straight into the tables: what months of use would leave behind.

Flow runs of 20 flows, two thirds of them of 5 deployments, due over the last 60 days and tomorrow, most of them completed;
ten task runs for each of the newest. The same numbers give the same record.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from prefect.connect import CLOCK
from prefect.orchestrator.processes import this_process
from prefect.storage.ddl import creating_index, indexes_of
from prefect.storage.store import open_store, path_of
from prefect.storage.tables import metadata

FLOWS, DEPLOYMENTS = 20, 5
SECOND = 1_000_000
DAY = 86_400 * SECOND
DAYS = 60
TASKS_PER_RUN = 10
TEAMS = ("data", "search", "billing", "web", "ops", "growth", "risk", "mail")
ADJECTIVES = ("amber", "brave", "calm", "dusty", "eager", "fuzzy", "grand", "happy", "icy", "jolly", "keen", "lucky")
ANIMALS = ("ant", "bear", "crow", "duck", "eel", "fox", "goat", "hare", "ibis", "jay", "kiwi", "lynx", "mole", "newt")

# Type and name of a state with its share of all runs, in thousandths.
STATES = (
    ("COMPLETED", "Completed", 872),
    ("FAILED", "Failed", 70),
    ("CANCELLED", "Cancelled", 20),
    ("CRASHED", "Crashed", 15),
    ("SCHEDULED", "Late", 8),
    ("RUNNING", "Running", 6),
    ("PENDING", "Pending", 4),
    ("PAUSED", "Paused", 3),
    ("CANCELLING", "Cancelling", 2),
)
Row = dict[str, Any]


def identity(micros: int, kind: int, number: int) -> bytes:
    """A UUID of version 7: its time, and which it is."""
    milliseconds = micros // 1000
    return milliseconds.to_bytes(6, "big") + bytes((0x70 | kind, number & 0xFF)) + (1 << 63 | number).to_bytes(8, "big")


def fill(url: str, flow_runs: int, task_runs: int) -> None:
    """Fill a database, made if there is none, with so many runs."""
    store = open_store(url, this_process())
    store.transact(lambda tx: None)
    now = CLOCK.now()
    store.close()
    tables = {
        "flow": flows(now),
        "deployment": deployments(now),
        "flow_run": many_flow_runs(now, flow_runs),
        "task_run": many_task_runs(now, flow_runs, task_runs),
    }
    if url.startswith("sqlite"):
        _fill_sqlite(url, tables)
    else:
        _fill_postgres(url, tables)


def flows(now: int) -> Iterator[Row]:
    """The flows."""
    for number in range(FLOWS):
        yield _whole(
            "flow",
            id=identity(now - DAYS * DAY, 1, number),
            name=f"flow-{number}",
            created=now - DAYS * DAY,
            updated=now,
        )


def deployments(now: int) -> Iterator[Row]:
    """The deployments."""
    made = now - DAYS * DAY
    for number in range(DEPLOYMENTS):
        yield _whole(
            "deployment", id=identity(made, 2, number), flow_id=identity(made, 1, number), name=f"deployment-{number}",
            created=made, updated=made,
        )  # fmt: skip


def due_of(now: int, number: int, of: int) -> int:
    """When a run was due: spread evenly over the days, a hundredth of it over tomorrow."""
    begin = now - DAYS * DAY
    return begin + (DAYS * DAY + DAY // 100) * number // of


def many_flow_runs(now: int, count: int) -> Iterator[Row]:
    """The flow runs, oldest first."""
    chance = random.Random(7)
    kinds = [(kind, name) for kind, name, share in STATES for _ in range(share)]
    made = now - DAYS * DAY
    for number in range(count):
        due = due_of(now, number, count)
        kind, name = ("SCHEDULED", "Scheduled") if due > now else chance.choice(kinds)
        begun = kind not in ("SCHEDULED", "PENDING")
        ended = kind in ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")
        late, took = chance.randrange(5 * SECOND), chance.randrange(600 * SECOND)
        start = due + late if begun else None
        end = due + late + took if ended else None
        team, tags = chance.choice(TEAMS), ["prod" if chance.random() < 0.7 else "dev"]
        tags += [team] if chance.random() < 0.9 else [team, f"customer-{chance.randrange(1000)}"]
        deployed = number % 3
        moment = end or start or due
        yield _whole(
            "flow_run", id=identity(min(due, now), 3, number), flow_id=identity(made, 1, number % FLOWS),
            name=f"{chance.choice(ADJECTIVES)}-{chance.choice(ANIMALS)}", tags=json.dumps(tags),
            deployment_id=identity(made, 2, number % DEPLOYMENTS) if deployed else None,
            parameters=json.dumps({"day": number % 365, "path": f"s3://bucket/{team}/{number}"}), attempt=1, run_count=1,
            sequence=3, state_id=identity(moment, 4, number), state_type=kind, state_name=name, state_timestamp=moment,
            expected_start_time=due, next_scheduled_start_time=due if kind == "SCHEDULED" else None, start_time=start,
            end_time=end, run_time=took if ended else 0, created=min(due, now), updated=moment,
            auto_scheduled=1 if deployed else 0,
        )  # fmt: skip


def many_task_runs(now: int, flow_runs: int, count: int) -> Iterator[Row]:
    """The task runs, ten for each of the newest flow runs."""
    chance = random.Random(8)
    first = max(flow_runs - -(-count // TASKS_PER_RUN), 0)
    for number in range(count):
        parent = first + number // TASKS_PER_RUN % max(flow_runs - first, 1)
        due = due_of(now, parent, flow_runs)
        took, failed = chance.randrange(60 * SECOND), chance.random() < 0.05
        begin = due + number % TASKS_PER_RUN * 60 * SECOND
        yield _whole(
            "task_run", id=identity(min(begin, now), 5, number), flow_run_id=identity(min(due, now), 3, parent),
            task_name=f"task-{number % TASKS_PER_RUN}", task_key=f"task-{number % TASKS_PER_RUN}", dynamic_key=str(number),
            name=f"task-{number % TASKS_PER_RUN}-{number % 997}", attempt=1, run_count=1, sequence=3, tags="[]",
            state_id=identity(begin + took, 6, number), state_type="FAILED" if failed else "COMPLETED",
            state_name="Failed" if failed else "Completed", state_timestamp=begin + took, expected_start_time=begin,
            start_time=begin, end_time=begin + took, run_time=took, created=begin, updated=begin + took,
            task_inputs="{}", labels="{}",
        )  # fmt: skip


_defaults: dict[str, Row] = {}


def _whole(table: str, **given: Any) -> Row:
    """A row with a value for every column that has to have one."""
    known = _defaults.get(table)
    if known is None:
        known = _defaults[table] = {
            column.name: None if column.nullable else _nothing(type(column.type).__name__)
            for column in metadata.tables[table].c
        }
    return {**known, **given}


def _nothing(kind: str) -> object:
    return {"Json": "{}", "Tags": "[]", "Text": "", "Id": b""}.get(kind, 0)


# --- into the database


def _fill_sqlite(url: str, tables: dict[str, Iterable[Row]]) -> None:
    with closing(sqlite3.connect(path_of(url), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        for name, rows in tables.items():
            indexes = indexes_of(metadata.tables[name], "sqlite")
            connection.execute("BEGIN")
            for index in indexes:
                connection.execute(f"DROP INDEX {index.name}")
            columns = [column.name for column in metadata.tables[name].c]
            places = ", ".join("?" for _ in columns)
            statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})"
            connection.executemany(statement, _tuples(columns, rows))
            for index in indexes:
                connection.execute(creating_index(index, "sqlite"))
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill_postgres(url: str, tables: dict[str, Iterable[Row]]) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for name, rows in tables.items():
            indexes = indexes_of(metadata.tables[name], "postgresql")
            with connection.transaction():
                for index in indexes:
                    connection.execute(f"DROP INDEX {index.name}".encode())
                columns = [column.name for column in metadata.tables[name].c]
                with connection.cursor().copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
                    for row in _tuples(columns, rows):
                        copy.write_row(row)
                for index in indexes:
                    connection.execute(creating_index(index, "postgresql").encode())
            connection.execute(f"VACUUM ANALYZE {name}".encode())


def _tuples(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    return (tuple(row[column] for column in columns) for row in rows)
