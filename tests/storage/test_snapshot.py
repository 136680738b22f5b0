from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect

from prefect.core.journal import LEDGERS
from prefect.storage.ddl import DIALECTS, indexes_of
from prefect.storage.migrations.difference import step_sql
from prefect.storage.migrations.steps import SCRIPTS as STEPS
from prefect.storage.schema import SCHEMA_VERSION, SCRIPTS, revision
from prefect.storage.snapshot import schema_sql
from prefect.storage.sqlite.connections import open_connection
from prefect.storage.tables import VERSION, metadata


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_snapshot_is_what_the_tables_say(dialect: str) -> None:
    current = (SCRIPTS / f"schema.{dialect}.sql").read_text()
    assert current == schema_sql(dialect), "run: python -m prefect.storage.snapshot"


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_newest_step_is_what_the_tables_say(dialect: str, direction: str) -> None:
    current = (STEPS / f"{revision()}.{direction}.{dialect}.sql").read_text()
    assert current == step_sql(dialect, direction), "run: python -m prefect.storage.snapshot"


def test_versions_agree() -> None:
    assert VERSION == SCHEMA_VERSION


def test_a_fresh_database_has_every_table_with_every_column(tmp_path: Path) -> None:
    open_connection(tmp_path / "prefect.db", 1).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'prefect.db'}")
    found = inspect(engine)
    assert set(found.get_table_names()) == {*metadata.tables, "alembic_version"}
    for name, table in metadata.tables.items():
        assert [column["name"] for column in found.get_columns(name)] == [column.name for column in table.columns]
        assert _indexes(engine, name) == {index.name for index in indexes_of(table, "sqlite")}
    engine.dispose()


def _indexes(engine: Engine, table: str) -> set[str]:
    """Those that were made by name, as reflection does not see them all."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM pragma_index_list(?) WHERE origin = 'c'", (table,))
        return {row[0] for row in rows}


def test_a_database_made_from_the_tables_is_the_same(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    metadata.create_all(engine)
    engine.dispose()
    open_connection(tmp_path / "prefect.db", 1).close()
    shapes = []
    for name in ("made.db", "prefect.db"):
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            shapes.append({(type, name): "".join(sql.split()) for type, name, sql in rows})
    shapes[1].pop(("table", "alembic_version"))
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("table", LEDGERS)
def test_the_journal_writes_columns_that_exist(table: str) -> None:
    ledger = LEDGERS[table]
    columns = {column.name for column in metadata.tables[table].columns}
    assert set(ledger.columns) <= columns
    assert set(ledger.updated) <= set(ledger.columns)
    assert [column.name for column in metadata.tables[table].primary_key] == list(ledger.key)
    required = {column.name for column in metadata.tables[table].columns if not column.nullable}
    assert required <= set(ledger.columns)
