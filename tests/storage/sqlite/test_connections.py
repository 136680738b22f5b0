from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from prefect.exceptions import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseFull,
    DatabaseReadOnly,
    SchemaMismatch,
    SchemaTooNew,
    StorageError,
)
from prefect.storage.schema import NEWEST_VERSION, SCHEMA_VERSION
from prefect.storage.sqlite.connections import (
    error_code,
    insist,
    is_busy,
    open_connection,
    open_reader,
    translate,
)
from tests.storage.support import new_store, stored

ROOT = Path(__file__).resolve().parents[3]


def _mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_only_the_owner_may_read(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        path = tmp_path / "home" / "prefect.db"
        with closing(open_connection(path, 1)) as connection:
            connection.execute("INSERT INTO flow VALUES (x'01', 'f', '[]', '{}', 1, 1)")
            modes = {file.name: _mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"prefect.db": "0o600", "prefect.db-wal": "0o600", "prefect.db-shm": "0o600"}
    assert _mode(path.parent) == "0o700"


def test_a_home_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_connection(tmp_path / "prefect.db", 1).close()
    assert _mode(tmp_path) == "0o755"
    assert _mode(tmp_path / "prefect.db") == "0o600"


def test_every_commit_is_synced(tmp_path: Path) -> None:
    with closing(open_connection(tmp_path / "prefect.db", 1)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    with closing(open_connection(path, 1)) as connection:
        connection.execute("INSERT INTO flow VALUES (x'01', 'f', '[]', '{}', 1, 1)")
    open_connection(path, 1).close()
    assert stored(path, "SELECT name FROM flow") == [("f",)]


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    open_connection(path, 1).close()
    with closing(open_reader(path, 1)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM flow")


# --- what cannot be opened: one line that names cause and path


def _problem(path: Path, kind: type[StorageError]) -> str:
    store = new_store(path, busy_timeout=0.2)
    with pytest.raises(kind) as caught:
        store.transact(lambda tx: tx.one("SELECT 1"))
    with pytest.raises(kind):
        store.read(lambda tx: tx.one("SELECT name FROM flow"))
    message = str(caught.value)
    assert "\n" not in message
    assert repr(str(path)) in message
    store.close()
    return message


@pytest.mark.parametrize("content", [b"this is no database, but long enough to be taken for one" * 40, b"short"])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prefect.db"
    path.write_bytes(content)
    message = _problem(path, DatabaseCorrupt)
    assert "damaged or no database" in message
    assert "Move it away" in message
    assert path.read_bytes() == content


def test_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    open_connection(path, 1).close()
    intact = path.read_bytes()
    path.write_bytes(intact[:100] + b"\xff" * (len(intact) - 100))
    assert "damaged" in _problem(path, DatabaseCorrupt)


def test_a_newer_schema(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST_VERSION + 1}")
    message = _problem(path, SchemaTooNew)
    assert f"schema version {NEWEST_VERSION + 1}, newer than this program's {SCHEMA_VERSION}" in message
    assert "Upgrade headrace" in message


def test_a_file_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE flow (id CHAR(36))")
    assert "holds the tables of another program" in _problem(path, SchemaMismatch)
    assert stored(path, "SELECT name FROM sqlite_master") == [("flow",)]


def test_a_path_below_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prefect.storage.requests.PATIENCE", 0.1)
    file = tmp_path / "file"
    file.write_text("")
    assert "cannot be used" in _problem(file / "home" / "prefect.db", StorageError)


def test_a_path_that_is_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prefect.storage.requests.PATIENCE", 0.1)
    path = tmp_path / "prefect.db"
    path.mkdir()
    assert "cannot be used" in _problem(path, StorageError)


READ_ONLY = """
import os, sys
from pathlib import Path
from prefect.exceptions import StorageError
from tests.storage.support import new_store
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    new_store(Path(sys.argv[1]), 1.0).transact(lambda tx: tx.insert("flow", {"id": b"2", "name": "g", "tags": "[]",
        "labels": "{}", "created": 1, "updated": 1}))
except StorageError as error:
    print(type(error).__name__, error)
"""


def _as_nobody(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("exists", [True, False])
def test_a_place_that_may_not_be_written(tmp_path_factory: pytest.TempPathFactory, exists: bool) -> None:
    folder = Path("/tmp") / f"headrace-readonly-{os.getpid()}-{exists}"  # where nobody may look
    path = folder / "prefect.db"
    folder.mkdir(mode=0o755)
    try:
        if exists:
            open_connection(path, 1).close()
            path.chmod(0o444)
        folder.chmod(0o555)
        said = _as_nobody(READ_ONLY, str(path))
        assert said.startswith("DatabaseReadOnly ")
        assert f"database {str(path)!r} cannot be written" in said
        assert said.count("\n") == 1
    finally:
        folder.chmod(0o755)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


# --- locks


def test_a_new_file_may_be_opened_by_many_at_once_and_left_again(tmp_path: Path) -> None:
    """One connection makes or leaves the file while another reads its version, which waits then."""
    together = threading.Barrier(6)

    def open_and_leave() -> None:
        for number in range(100):
            together.wait(20)
            open_connection(tmp_path / f"{number}.db", 20.0).close()

    with ThreadPoolExecutor(6) as pool:
        for opened in [pool.submit(open_and_leave) for _ in range(6)]:
            opened.result()


def test_insisting_gives_up_in_time(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    holder, other = open_connection(path, 1), open_connection(path, 1)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match=r"stayed locked by another process for 0.05 s.*BUSY_TIMEOUT"):
        insist(other, "BEGIN IMMEDIATE", path, 0.05)
    holder.execute("COMMIT")
    insist(other, "BEGIN IMMEDIATE", path, 0.05)
    holder.close()
    other.close()


def test_insisting_does_not_hide_other_errors(tmp_path: Path) -> None:
    with closing(open_connection(tmp_path / "prefect.db", 1)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="syntax"):
            insist(connection, "NONSENSE", tmp_path, 1)


# --- translation


def _error(code: int | None) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("it says so")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (_error(sqlite3.SQLITE_FULL), DatabaseFull),
        (OSError(28, "No space left on device"), DatabaseFull),
        (_error(sqlite3.SQLITE_CORRUPT), DatabaseCorrupt),
        (_error(sqlite3.SQLITE_NOTADB), DatabaseCorrupt),
        (_error(sqlite3.SQLITE_READONLY | 1 << 8), DatabaseReadOnly),
        (PermissionError(13, "Permission denied"), DatabaseReadOnly),
        (_error(sqlite3.SQLITE_BUSY), DatabaseBusy),
        (_error(sqlite3.SQLITE_LOCKED), DatabaseBusy),
        (_error(sqlite3.SQLITE_IOERR), StorageError),
        (_error(None), StorageError),
        (OSError(20, "Not a directory"), StorageError),
        (RuntimeError(), StorageError),
    ],
)
def test_translation(error: Exception, kind: type[StorageError]) -> None:
    translated = translate(error, Path("/home/u/.prefect/prefect.db"))
    assert type(translated) is kind
    assert "'/home/u/.prefect/prefect.db'" in str(translated)


def test_codes() -> None:
    assert error_code(_error(sqlite3.SQLITE_READONLY | 1 << 8)) == sqlite3.SQLITE_READONLY
    assert error_code(RuntimeError()) is None
    assert is_busy(_error(sqlite3.SQLITE_BUSY))
    assert not is_busy(_error(None))


# --- many at once

FIRST_START = """
import sys
from pathlib import Path
from tests.storage.support import log_row, new_store
store = new_store(Path(sys.argv[1]), 60.0)
number = int(sys.argv[2])
sys.stdin.read()
store.append("log", log_row(number))
store.transact(lambda tx: tx.append("log", log_row(number + 1000)))
assert store.read(lambda tx: tx.one("SELECT count(*) FROM log"))[0] >= 2
store.close()
"""


def test_many_processes_may_start_on_an_empty_home_at_once(tmp_path: Path) -> None:
    path = tmp_path / "home" / "prefect.db"
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_START, str(path), str(number)],
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(12)
    ]
    for process in starting:
        assert process.stdin is not None
    said = []
    for process in starting:
        process.stdin.close()  # type: ignore[union-attr]
    for process in starting:
        process.stdin = None
        said.append(process.communicate(timeout=60)[0])
    assert said == [""] * 12
    assert [process.returncode for process in starting] == [0] * 12
    assert stored(path, "SELECT count(*) FROM log") == [(24,)]
    assert stored(path, "PRAGMA integrity_check") == [("ok",)]
