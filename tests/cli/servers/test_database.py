"""`prefect server database`: schema and size of the record that the settings name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prefect import flow
from prefect.cli.app import run
from prefect.connect import CLOCK, close_all, embedded_backend
from prefect.core.ids import uuid7
from prefect.core.journal import LOG
from prefect.core.times import SECOND
from prefect.settings import temporary_settings
from prefect.storage.schema import SCHEMA_VERSION, revision
from tests.cli.conftest import Prefect
from tests.storage.support import log_row

NEWEST, BEFORE = f"version {revision()}", f"version {revision(SCHEMA_VERSION - 1)}"


@flow
def adds(one: int) -> int:
    return one + 1


@pytest.fixture(autouse=True)
def nothing_open(home: Path) -> None:
    close_all()


def test_up_down_and_where_it_stands(prefect: Prefect, home: Path) -> None:
    said = prefect("server", "database", "upgrade", "--yes")
    assert (said.code, said.err) == (0, "")
    assert f"upgraded: no schema -> {NEWEST}." in said.out
    said = prefect("server", "database", "upgrade", "--yes")
    assert f"{home / 'prefect.db'} has {NEWEST} already." in said.out
    said = prefect("server", "database", "downgrade", "--yes")
    assert f"downgraded: {NEWEST} -> {BEFORE}." in said.out
    close_all()
    said = prefect("server", "database", "downgrade", "-r", "base", "-y")
    assert said.code == 0, said.err


def test_what_loses_data_wants_a_word(prefect: Prefect, home: Path) -> None:
    adds(1)
    for command in ("downgrade", "reset"):
        said = prefect("server", "database", command)
        assert said.code == 1
        assert "--yes" in said.err
    assert len(prefect("flow-run", "ls", "-o", "json").json) == 1
    close_all()
    assert prefect("server", "database", "reset", "--yes").code == 0
    close_all()
    assert prefect("flow-run", "ls", "-o", "json").json == []


def test_statements_are_shown_before_they_are_run(prefect: Prefect) -> None:
    assert "CREATE TABLE flow_run" in prefect("server", "database", "upgrade", "--dry-run").out
    prefect("server", "database", "upgrade")
    said = prefect("server", "database", "downgrade", "--dry-run")
    assert "DROP TABLE account;" in said.out
    assert prefect("server", "database", "upgrade", "--dry-run").out == ""


def test_stamps(prefect: Prefect) -> None:
    assert f"stamped: {NEWEST}." in prefect("server", "database", "stamp", "head").out
    said = prefect("server", "database", "stamp", "9725c1cbee35")
    assert said.code == 1
    assert "There is no revision '9725c1cbee35'" in said.err


def _log(days: float, count: int) -> None:
    store = embedded_backend().store
    for number in range(count):
        moment = CLOCK.now() - int(days * 86_400) * SECOND
        store.append(LOG, log_row(1, id=uuid7(moment, number << 16).bytes, flow_run_id=None, timestamp=moment))
    store.flush()


def test_what_is_old_is_counted_then_cut(prefect: Prefect) -> None:
    _log(100, 300)
    _log(1, 20)
    dry = prefect("server", "database", "vacuum", "--dry-run", "-o", "json")
    assert dry.json["rows"] == {"log": 300}
    assert prefect("server", "database", "vacuum", "--dry-run", "-o", "json").json == dry.json
    said = prefect("server", "database", "vacuum", "--yes", "-o", "json")
    assert said.json["rows"] == {"log": 300}
    assert said.json["bytes_freed"] > 0
    assert prefect("server", "database", "vacuum", "--dry-run", "-o", "json").json["rows"] == {}
    with temporary_settings({"PREFECT_SERVER_LOGS_RETENTION_PERIOD": timedelta(hours=1)}):
        assert prefect("server", "database", "vacuum", "--dry-run", "-o", "json").json["rows"] == {"log": 20}
    with temporary_settings({"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": False}):
        assert prefect("server", "database", "vacuum", "--dry-run", "-o", "json").json["rows"] == {}


def test_flow_runs_are_cut_where_that_is_wanted(prefect: Prefect) -> None:
    adds(1)
    later = {"PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": timedelta(hours=2)}
    with temporary_settings({**later, "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "flow_runs"}):
        assert prefect("server", "database", "vacuum", "--dry-run", "-o", "json").json["rows"] == {}


def test_a_database_that_is_none(prefect: Prefect, home: Path) -> None:
    prefect("flow-run", "ls")
    close_all()
    for extra in home.glob("prefect.db-*"):
        extra.unlink()
    (home / "prefect.db").write_bytes(b"garbage " * 1000)
    for command in (("upgrade", "-y"), ("reset", "-y"), ("vacuum", "-y")):
        assert run(["server", "database", *command]) == 1
