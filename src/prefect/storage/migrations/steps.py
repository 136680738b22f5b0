"""The scripts of each step, and running one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from prefect.storage.schema import statements

SCRIPTS = Path(__file__).parent / "scripts"


def script(revision: str, direction: str, dialect: str) -> tuple[str, ...]:
    """The statements of a step, `up` or `down`, in `sqlite` or `postgresql`."""
    return statements((SCRIPTS / f"{revision}.{direction}.{dialect}.sql").read_text())


def perform(connection: Connection, revision: str, direction: str) -> None:
    """Run a step in the transaction that has begun."""
    for statement in script(revision, direction, connection.dialect.name):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
