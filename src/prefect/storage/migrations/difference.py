"""The step from the version before to what the tables say now, as scripts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import Column, Table
from sqlalchemy.schema import CreateColumn

from prefect.storage.ddl import DIALECTS, creating, creating_index, indexes_of, tidy
from prefect.storage.migrations.steps import SCRIPTS, script
from prefect.storage.schema import revision
from prefect.storage.tables import VERSION, metadata

Shape = dict[str, set[str]]
"""Columns by table, and under the empty name all indexes."""

Step = tuple[str, str]
"""A statement, and the one that takes it back."""


def write_steps(dialect: str) -> None:
    """Write the scripts of the newest step."""
    for direction in ("up", "down"):
        (SCRIPTS / f"{revision(VERSION)}.{direction}.{dialect}.sql").write_text(step_sql(dialect, direction))


def step_sql(dialect: str, direction: str) -> str:
    """The newest step as a script, `up` or `down`."""
    before, after = VERSION - 1, VERSION
    steps = list(steps_from(shape_of(before), dialect))
    chosen = [up for up, _ in steps] if direction == "up" else [down for _, down in reversed(steps) if down]
    first, last = (before, after) if direction == "up" else (after, before)
    head = f"-- Generated from storage/tables: from schema version {first} to {last}."
    return "\n".join((head, *(f"{statement};" for statement in chosen))) + "\n"


def shape_of(version: int) -> Shape:
    """What a record of an earlier version has, as its scripts make it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for number in range(1, version + 1):
            for statement in script(revision(number), "up", "sqlite"):
                connection.execute(statement)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        shape = {
            name: {row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))}
            for (name,) in names
        }
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
        return {**shape, "": {name for (name,) in indexes}}


def steps_from(before: Shape, dialect: str) -> Iterator[Step]:
    """What has to be added to a record of that shape."""
    for table in metadata.sorted_tables:
        if table.name in before:
            yield from _additions(table, before, dialect)
        else:
            first, *others = creating(table, dialect)
            yield first, f"DROP TABLE {table.name}"
            yield from ((statement, "") for statement in others)
    yield from _retired_indexes(before, dialect)


def _additions(table: Table, before: Shape, dialect: str) -> Iterator[Step]:
    for column in table.columns:
        if column.name not in before[table.name]:
            specification = _specification(column, dialect)
            yield (
                f"ALTER TABLE {table.name} ADD COLUMN {specification}",
                f"ALTER TABLE {table.name} DROP COLUMN {column.name}",
            )
    for index in indexes_of(table, dialect):
        if index.name not in before[""]:
            yield creating_index(index, dialect), f"DROP INDEX {index.name}"


def _retired_indexes(before: Shape, dialect: str) -> Iterator[Step]:
    """Indexes that are no longer there: what goes with them is time, no data, so no version has to wait for that."""
    current = {index.name for table in metadata.sorted_tables for index in indexes_of(table, dialect)}
    made = {name: statement for statement in _earlier_statements(dialect) for name in _index_made_by(statement)}
    for name in sorted(before[""] - current):
        if name in made:
            yield f"DROP INDEX {name}", made[name]


def _earlier_statements(dialect: str) -> Iterator[str]:
    for number in range(1, VERSION):
        yield from script(revision(number), "up", dialect)


def _index_made_by(statement: str) -> list[str]:
    return re.findall(r"^CREATE INDEX (\w+) ON", statement)


def _specification(column: Column[object], dialect: str) -> str:
    if not column.nullable and column.server_default is None:
        raise ValueError(f"{column} is new in a table that has rows: let it be null, or give it a server default.")
    return tidy(str(CreateColumn(column).compile(dialect=DIALECTS[dialect])))
