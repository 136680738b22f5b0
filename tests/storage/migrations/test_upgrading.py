"""A record of the version before is brought up to date when it is opened, wholly or not at all, however many come."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from prefect.core.journal import LOG
from prefect.exceptions import SchemaMismatch, SchemaTooNew
from prefect.storage.migrations import upgrading
from prefect.storage.schema import NEWEST_VERSION, SCHEMA_VERSION, revision
from tests.storage.migrations.support import make_first_version, opening, outcomes, shape, version
from tests.storage.support import log_row
from tests.support.databases import DIALECTS, Place, postgres_place, sqlite_place

Make = Callable[[], Place]


@pytest.fixture(params=DIALECTS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes empty places."""
    open_ones: list[AbstractContextManager[Place]] = []

    def new() -> Place:
        if request.param == "sqlite":
            folder = tmp_path / str(len(open_ones))
            folder.mkdir()
            made = sqlite_place(folder)
        else:
            made = postgres_place(request.getfixturevalue("postgres_url"))
        open_ones.append(made)
        return made.__enter__()

    yield new
    for made in open_ones:
        made.__exit__(None, None, None)


def _open(place: Place) -> None:
    store = place.store()
    store.read(lambda tx: tx.one("SELECT count(*) FROM flow_run"))
    store.close()


CURRENT = {"sqlite": [revision(), SCHEMA_VERSION], "postgresql": [revision()]}


def test_an_upgraded_record_has_what_a_new_one_has_and_all_its_rows(make: Make) -> None:
    old, new = make(), make()
    make_first_version(old)
    _open(old)
    _open(new)
    assert shape(old) == shape(new)
    assert version(old) == version(new) == CURRENT[old.dialect]
    assert old.rows("SELECT name, tags FROM flow") == [("f", ["a"] if old.dialect == "postgresql" else '["a"]')]
    assert old.rows("SELECT name, slots, denied_slots FROM concurrency_limit") == [("l", 3, None)]
    assert old.rows("SELECT state_type, sequence, flow_run_run_count FROM task_run") == [("COMPLETED", 2, None)]
    assert old.rows("SELECT count(*) FROM log") == [(100,)]
    store = old.store()
    store.append(LOG, log_row(100))
    store.flush()
    assert old.rows("SELECT count(*) FROM log") == [(101,)]


def test_down_and_up_again(make: Make) -> None:
    place, first = make(), make()
    make_first_version(place)
    make_first_version(first)
    before = shape(first)
    _open(place)
    raw, begin = _by_hand(place)
    upgrading.downgrade(place.dialect, raw, begin, "0001")
    raw.close()
    parts = {row for row in shape(place) - before if "_20" in row[0] or "alembic" in row[0]}
    assert shape(place) - parts == {row for row in before if "alembic" not in row[0]} or place.dialect == "postgresql"
    assert version(place)[0] == "0001"
    _open(place)
    assert version(place) == CURRENT[place.dialect]
    assert place.rows("SELECT count(*) FROM log") == [(100,)]


def _by_hand(place: Place) -> tuple[object, Callable[[], object]]:
    if place.dialect == "postgresql":
        connection = psycopg.connect(place.url)
        return connection, lambda: None
    import sqlite3

    file = sqlite3.connect(place.path, isolation_level=None)
    return file, lambda: file.execute("BEGIN IMMEDIATE")


def test_without_leave_nothing_is_changed(make: Make) -> None:
    place = make()
    make_first_version(place)
    before = shape(place)
    store = place.store(migrate=False)
    for ask in (store.read, store.transact):
        with pytest.raises(SchemaMismatch, match=r"schema version 1, older than .*`prefect server database upgrade`"):
            ask(lambda tx: tx.one("SELECT 1"))
    assert shape(place) == before


def _pretend(place: Place, version: int) -> None:
    if place.dialect == "sqlite":
        place.rows(f"PRAGMA user_version = {version}")
    else:
        with psycopg.connect(place.url) as connection:
            connection.execute(f"UPDATE alembic_version SET version_num = '{revision(version)}'")  # type: ignore[arg-type]


def test_a_record_that_the_next_version_upgraded_is_still_used(make: Make) -> None:
    place = make()
    _open(place)
    _pretend(place, NEWEST_VERSION)
    store = place.store()
    store.append(LOG, log_row(1))
    store.flush()
    assert store.transact(lambda tx: tx.one("SELECT count(*) FROM log")) == (1,)


def test_a_newer_record_is_left_alone(make: Make) -> None:
    place = make()
    _open(place)
    _pretend(place, NEWEST_VERSION + 1)
    with pytest.raises(SchemaTooNew, match=f"version {NEWEST_VERSION + 1}, newer than this program's {SCHEMA_VERSION}"):
        place.store().read(lambda tx: tx.one("SELECT 1"))


def test_a_database_of_another_program_is_left_alone(postgres_url: str) -> None:
    with postgres_place(postgres_url) as place:
        with psycopg.connect(place.url) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
            connection.execute("INSERT INTO alembic_version VALUES ('a1b2c3d4e5f6')")
        with pytest.raises(SchemaMismatch, match="tables of another program .revision 'a1b2c3d4e5f6'"):
            place.store().read(lambda tx: tx.one("SELECT 1"))


@pytest.mark.slow
@pytest.mark.parametrize("old", [False, True])
def test_many_that_start_at_once_all_come_up(make: Make, old: bool) -> None:
    for crowd in (2, 2, 2, 2, 2, 2, 2, 2, 2, 5):
        place = make()
        if old:
            make_first_version(place)
        ends = outcomes([opening(place) for _ in range(crowd)])
        assert [(code, problem) for code, _, problem in ends] == [(0, "")] * crowd
        assert version(place) == CURRENT[place.dialect]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("old", [False, True])
def test_killed_at_any_statement_the_next_start_works(make: Make, old: bool) -> None:
    whole = make()
    if old:
        make_first_version(whole)
    ((code, steps, problem),) = outcomes([opening(whole)])
    assert code == 0, problem
    assert int(steps) > 50
    wanted = shape(whole)
    place = make()
    if old:
        make_first_version(place)
    killed = 0
    for moment in range(1, int(steps) + 1, 1 if int(steps) < 80 else 4):
        ((code, _, _),) = outcomes([opening(place, moment)])
        if code == 0:
            break  # the schema is there, so there are fewer statements
        assert code == -9
        killed += 1
        if moment % 12 == 0:
            _undone_or_done(place, old, wanted)
    assert killed > 20
    _open(place)
    assert shape(place) == wanted
    assert version(place) == CURRENT[place.dialect]
    if old:
        assert place.rows("SELECT count(*) FROM log") == [(100,)]


def _undone_or_done(place: Place, old: bool, wanted: object) -> None:
    found = shape(place)
    assert not old or found == wanted or ("event" not in {row[0] for row in found})


def test_a_current_file_is_opened_without_sqlalchemy(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from prefect.storage.store import open_store
for _ in range(2):
    store = open_store("sqlite:///" + sys.argv[1], "host/boot/1/1")
    store.transact(lambda tx: tx.one("SELECT count(*) FROM flow_run"))
    store.close()
print(sorted({name.split(".")[0] for name in sys.modules} & {"sqlalchemy", "alembic", "psycopg"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "prefect.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
