"""The statements that make tables and indexes in each dialect, from the tables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Index, Table, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

DIALECTS: dict[str, Dialect] = {
    "sqlite": make_url("sqlite://").get_dialect()(),
    "postgresql": make_url("postgresql+psycopg://").get_dialect()(),
}


def creating(table: Table, dialect_name: str) -> Iterator[str]:
    """The statements that create a table with its indexes, and the partition for what no other takes."""
    yield tidy(str(CreateTable(table).compile(dialect=DIALECTS[dialect_name])))
    if dialect_name == "postgresql" and is_partitioned(table):
        yield f"CREATE TABLE {table.name}_default PARTITION OF {table.name} DEFAULT"
    for index in indexes_of(table, dialect_name):
        yield creating_index(index, dialect_name)


def creating_index(index: Index, dialect_name: str) -> str:
    """The statement that creates an index."""
    return tidy(str(CreateIndex(index).compile(dialect=DIALECTS[dialect_name])))


def indexes_of(table: Table, dialect_name: str) -> list[Index]:
    """A table's indexes by name; some exist in one dialect alone."""
    found = sorted(table.indexes, key=lambda index: str(index.name))
    return [index for index in found if index.info.get("dialect", dialect_name) == dialect_name]


def is_partitioned(table: Table) -> bool:
    """Whether PostgreSQL keeps the table in parts."""
    return bool(table.dialect_options["postgresql"]["partition_by"])


def tidy(statement: str) -> str:
    """Without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in statement.strip().splitlines())
