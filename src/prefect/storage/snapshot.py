"""Writes the schema of each dialect, as one SQL script, from the tables: `python -m prefect.storage.snapshot`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from prefect.storage.tables import VERSION, metadata

DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgres": postgresql.dialect()}  # type: ignore[no-untyped-call]
DIRECTORY = Path(__file__).parent / "sql"


def schema_sql(dialect_name: str) -> str:
    """The script that creates an empty record in the dialect named `sqlite` or `postgres`."""
    dialect = DIALECTS[dialect_name]
    statements = [f"-- Generated from storage/tables; schema version {VERSION}."]
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip() + ";")
        for index in sorted(table.indexes, key=lambda found: str(found.name)):
            statements.append(str(CreateIndex(index).compile(dialect=dialect)).strip() + ";")
    return "\n".join("\n".join(line.rstrip() for line in statement.splitlines()) for statement in statements) + "\n"


def main() -> None:
    """Write the snapshots beside this file."""
    for name in DIALECTS:
        (DIRECTORY / f"schema.{name}.sql").write_text(schema_sql(name))


if __name__ == "__main__":
    main()
