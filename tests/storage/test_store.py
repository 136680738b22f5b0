from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prefect.core.journal import LOG, TASK_RUN
from prefect.exceptions import StorageError
from prefect.storage.sqlite.store import SqliteStore
from tests.storage.support import log_row, new_store, run_row, stored


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prefect.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = new_store(path)
    yield made
    made.close()


def test_reading_does_not_append(store: SqliteStore) -> None:
    with pytest.raises(TypeError, match="cannot append to 'log'"):
        store.read(lambda tx: tx.append(LOG, log_row(1)))


def test_readers_do_not_write(store: SqliteStore) -> None:
    with pytest.raises(StorageError):
        store.read(lambda tx: tx.execute("DELETE FROM log"))


def test_what_a_superseded_attempt_writes_is_refused(store: SqliteStore, path: Path) -> None:
    """The newer attempt's row stays, however far the older one believes to be."""
    for number, sequence in ((1, 1), (2, 3), (1, 9)):
        store.append(TASK_RUN, run_row(1, sequence, attempt=number))
        store.flush()
    assert stored(path, "SELECT attempt, sequence FROM task_run") == [(2, 3)]
