"""Writes the schema of each dialect, as one SQL script, from the tables: `python -m prefect.storage.snapshot`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Index, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from prefect.storage.schema import SCRIPTS, revision
from prefect.storage.tables import VERSION, metadata

DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}  # type: ignore[no-untyped-call]

STAMP = (
    "CREATE TABLE alembic_version (\n"
    "\tversion_num VARCHAR(32) NOT NULL,\n"
    "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)",
    f"INSERT INTO alembic_version (version_num) VALUES ('{revision(VERSION)}')",
)
"""Notes the version where migrations look for it."""


def schema_sql(dialect_name: str) -> str:
    """The script that creates an empty record in the dialect named `sqlite` or `postgresql`."""
    statements = [f"-- Generated from storage/tables; schema version {VERSION}."]
    for table in metadata.sorted_tables:
        statements += [f"{statement};" for statement in creating(table, dialect_name)]
    return "\n".join((*statements, *(f"{statement};" for statement in STAMP))) + "\n"


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
    """A table's indexes by name; those over the content of documents exist in PostgreSQL alone."""
    found = sorted(table.indexes, key=lambda index: str(index.name))
    return [index for index in found if dialect_name == "postgresql" or not is_inverted(index)]


def is_partitioned(table: Table) -> bool:
    """Whether PostgreSQL keeps the table in parts."""
    return bool(table.dialect_options["postgresql"]["partition_by"])


def is_inverted(index: Index) -> bool:
    """Whether it is a GIN index."""
    return bool(index.dialect_options["postgresql"]["using"] == "gin")


def tidy(statement: str) -> str:
    """Without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in statement.strip().splitlines())


def main() -> None:
    """Write the snapshots."""
    for name in DIALECTS:
        (SCRIPTS / f"schema.{name}.sql").write_text(schema_sql(name))


if __name__ == "__main__":
    main()
