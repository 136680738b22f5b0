"""The schema up, down, noted, and emptied, on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from prefect.exceptions import ConfigurationError, SchemaTooNew, StorageError
from prefect.storage.migrations import changing
from prefect.storage.schema import SCHEMA_VERSION
from prefect.storage.store import StoreOptions
from tests.storage.migrations.support import make_first_version, shape, version
from tests.support.databases import DIALECTS, Place, postgres_place, sqlite_place

OPTIONS = StoreOptions(busy_timeout=0.3)
FIRST = 1


@pytest.fixture(params=DIALECTS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        with sqlite_place(tmp_path) as made:
            yield made
    else:
        with postgres_place(request.getfixturevalue("postgres_url")) as made:
            yield made


def execute(place: Place, statement: str) -> None:
    """As a stranger would."""
    if place.dialect == "sqlite":
        with closing(sqlite3.connect(place.path)) as file:
            file.execute(statement)
            file.commit()
    else:
        with psycopg.connect(place.url) as connection:
            connection.execute(statement.encode())


def flow_names(place: Place) -> list[tuple[object, ...]]:
    return place.rows("SELECT name FROM flow")


def test_from_nothing_to_the_newest(empty: Place) -> None:
    assert changing.version_at(empty.url, OPTIONS) == 0
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    assert changing.version_at(empty.url, OPTIONS) == SCHEMA_VERSION
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    assert flow_names(empty) == []


def test_step_by_step_it_becomes_the_same(empty: Place) -> None:
    for target in range(1, SCHEMA_VERSION + 1):
        changing.upgrade(empty.url, OPTIONS, target)
        assert changing.version_at(empty.url, OPTIONS) == target
    stepped = shape(empty)
    changing.reset(empty.url, OPTIONS)
    columns = {row for row in shape(empty) if "_20" not in str(row[0])}
    assert columns <= stepped


def test_up_and_down_again_with_rows_in_it(empty: Place) -> None:
    make_first_version(empty)
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    assert changing.version_at(empty.url, OPTIONS) == SCHEMA_VERSION
    changing.downgrade(empty.url, OPTIONS, FIRST)
    assert changing.version_at(empty.url, OPTIONS) == FIRST
    assert flow_names(empty) == [("f",)]
    assert empty.rows("SELECT count(*) FROM log") == [(100,)]


def test_a_stamp_changes_the_number_alone(empty: Place) -> None:
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    before = shape(empty)
    changing.stamp(empty.url, OPTIONS, FIRST)
    assert changing.version_at(empty.url, OPTIONS) == FIRST
    assert shape(empty) == before
    changing.stamp(empty.url, OPTIONS, SCHEMA_VERSION)
    assert version(empty)[0] == f"{SCHEMA_VERSION:04}"


def test_a_reset_record_is_empty_and_new(empty: Place) -> None:
    make_first_version(empty)
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    changing.reset(empty.url, OPTIONS)
    assert flow_names(empty) == []
    assert changing.version_at(empty.url, OPTIONS) == SCHEMA_VERSION
    store = empty.store()
    store.transact(lambda tx: tx.execute("UPDATE flow SET name = name"))
    store.close()


def test_tables_of_others_are_left_alone(empty: Place) -> None:
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    execute(empty, "CREATE TABLE somebody_elses (id INTEGER)")
    changing.reset(empty.url, OPTIONS)
    assert empty.rows("SELECT count(*) FROM somebody_elses") == [(0,)]


def test_a_schema_from_the_future_is_not_touched(empty: Place) -> None:
    changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
    future = SCHEMA_VERSION + 1
    execute(empty, f"UPDATE alembic_version SET version_num = '{future:04}'")
    if empty.dialect == "sqlite":
        execute(empty, f"PRAGMA user_version = {future}")
    for change in (changing.upgrade, changing.downgrade):
        with pytest.raises(SchemaTooNew, match=f"schema version {future}"):
            change(empty.url, OPTIONS, FIRST)


@pytest.mark.parametrize(
    ("text", "current", "target"),
    [("head", 1, SCHEMA_VERSION), ("base", 2, 0), ("0001", 2, 1), ("1", 2, 1), ("-1", 2, 1), ("+1", 1, 2)],
)
def test_ways_to_name_a_version(text: str, current: int, target: int) -> None:
    assert changing.target_of(text, current) == target


@pytest.mark.parametrize("text", ["", "9725c1cbee35", "0099", "-5", "+9", "heads", "-"])
def test_what_names_no_version(text: str) -> None:
    with pytest.raises(ConfigurationError, match="There is no revision"):
        changing.target_of(text, 1)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_what_would_be_done_is_known_before(dialect: str) -> None:
    assert any("CREATE TABLE flow_run" in line for line in changing.planned(dialect, 0, SCHEMA_VERSION))
    assert any("CREATE TABLE account" in line for line in changing.planned(dialect, 1, 2))
    assert any("DROP TABLE account" in line for line in changing.planned(dialect, 2, 1))
    assert changing.planned(dialect, 2, 2) == []


def test_a_file_that_is_no_database(empty: Place) -> None:
    if empty.dialect == "sqlite":
        empty.path.parent.mkdir(exist_ok=True)
        empty.path.write_bytes(b"garbage " * 1000)
        with pytest.raises(StorageError, match="damaged or no database"):
            changing.upgrade(empty.url, OPTIONS, SCHEMA_VERSION)
