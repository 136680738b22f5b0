"""Writes the schema of each dialect, as SQL scripts, from the tables: `python -m prefect.storage.snapshot`.

One script creates a fresh record; others bring a record of the version before to the current one, and back.
"""

from __future__ import annotations

from prefect.storage.ddl import DIALECTS, creating
from prefect.storage.migrations.difference import write_steps
from prefect.storage.schema import SCRIPTS, revision
from prefect.storage.tables import VERSION, metadata

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


def main() -> None:
    """Write the scripts."""
    for name in DIALECTS:
        (SCRIPTS / f"schema.{name}.sql").write_text(schema_sql(name))
        write_steps(name)


if __name__ == "__main__":
    main()
