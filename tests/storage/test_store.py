from __future__ import annotations

from pathlib import Path

import pytest

from prefect.exceptions import ConfigurationError
from prefect.storage.store import open_store, path_of


@pytest.mark.parametrize("driver", ["", "+aiosqlite", "+pysqlite"])
def test_a_file_is_opened_by_its_address(tmp_path: Path, driver: str) -> None:
    store = open_store(f"sqlite{driver}:///{tmp_path}/prefect.db", "host/boot/1/1")
    store.transact(lambda tx: tx.one("SELECT 1"))
    store.close()
    assert (tmp_path / "prefect.db").exists()
    assert store.place == repr(f"{tmp_path}/prefect.db")
    assert store.dialect == "sqlite"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////var/prefect.db", "/var/prefect.db"),
        ("sqlite+aiosqlite:////a b/what?.db?cache=shared&timeout=60", "/a b/what?.db"),
        ("sqlite:///here.db", "here.db"),
    ],
)
def test_paths(url: str, path: str) -> None:
    assert path_of(url) == Path(path)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///file::memory:?cache=shared&uri=true"]
)
def test_a_record_is_kept_in_a_file(url: str) -> None:
    with pytest.raises(ConfigurationError, match="names no file"):
        open_store(url, "host/boot/1/1")


@pytest.mark.parametrize("driver", ["", "+asyncpg", "+psycopg", "+psycopg2"])
@pytest.mark.parametrize("kind", ["postgres", "postgresql"])
def test_a_database_is_named_by_where_it_is(kind: str, driver: str) -> None:
    store = open_store(f"{kind}{driver}://user:pass%40word@db.example:5433/runs?ssl=require&timeout=3", "host/boot/1/1")
    assert store.place == "PostgreSQL database 'runs' at db.example:5433"
    assert store.dialect == "postgresql"


def test_an_address_that_makes_no_sense_is_told_without_its_password() -> None:
    with pytest.raises(ConfigurationError, match="address of the database cannot be read") as caught:
        open_store("postgresql://user:s3cret@host:port:7/db?nonsense=1", "host/boot/1/1")
    assert "s3cret" not in str(caught.value)


def test_other_databases_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="not at 'mysql'"):
        open_store("mysql://host/db", "host/boot/1/1")
