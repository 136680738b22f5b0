from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from prefect.engine.results.errors import ResultStorageError
from prefect.engine.results.filesystems import call_storage
from prefect.engine.results.remote import SMB, NullFileSystem, RemoteFileSystem
from prefect.engine.results.store import ResultStore
from prefect.exceptions import ConfigurationError


@pytest.fixture
def remote(request: pytest.FixtureRequest) -> RemoteFileSystem:
    return RemoteFileSystem(basepath=f"memory://{request.node.name}")


def test_files_are_written_and_read(remote: RemoteFileSystem) -> None:
    address = remote.write_path("a/b", b"x")
    assert address == f"{remote.basepath}/a/b"
    assert remote.read_path("a/b") == remote.read_path(address) == b"x"
    with pytest.raises(FileNotFoundError):
        remote.read_path("none")


@pytest.mark.parametrize("path", ["../other", "a/../../other", "memory://other/a", "..", "a\\..\\..\\b"])
def test_no_path_leads_outside(remote: RemoteFileSystem, path: str) -> None:
    with pytest.raises(ValueError, match="is outside of the base path"):
        remote.read_path(path)
    with pytest.raises(ValueError, match="is outside of the base path"):
        remote.write_path(path, b"x")


def test_paths_are_cleaned(remote: RemoteFileSystem) -> None:
    remote.write_path("/a//b/../c", b"x")
    assert remote.read_path("a/c") == b"x"


@pytest.mark.parametrize(
    ("basepath", "problem"),
    [
        ("/root", "must start with a scheme"),
        ("memory://", "must include a location"),
        ("file:///root", "must include a location"),
        (None, "Field required"),
    ],
)
def test_bad_addresses(basepath: str | None, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        RemoteFileSystem(**({} if basepath is None else {"basepath": basepath}))


def test_credentials_are_not_shown() -> None:
    shown = repr(RemoteFileSystem(basepath="s3://b", settings={"secret": "swordfish"}))
    assert "swordfish" not in shown
    assert "s3://b" in shown
    assert "swordfish" not in repr(SMB(share_path="/s", smb_host="h", smb_password="swordfish"))


def test_a_missing_package_is_named() -> None:
    code = (
        "import sys, json; sys.modules['fsspec'] = None\n"
        "from prefect.engine.results.remote import RemoteFileSystem\n"
        "try: RemoteFileSystem(basepath='s3://b').read_path('k')\n"
        "except Exception as error: print(json.dumps([type(error).__name__, str(error)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kind, message = json.loads(done.stdout)
    assert kind == ConfigurationError.__name__
    assert "headrace[s3]" in message


def test_writes_that_fail_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultStorageError, match=r"Cannot write the result at 'local://.*/file/k'"):
        RemoteFileSystem(basepath=f"local://{tmp_path}/file").write_path("k", b"x")


def test_results_are_kept_remotely(remote: RemoteFileSystem) -> None:
    store = ResultStore(result_storage=remote, cache_result_in_memory=False)
    store.write({"a": 1}, key="deep/key")
    record = store.read("deep/key")
    assert record.result == {"a": 1}
    assert record.metadata.storage_key == f"{remote.basepath}/deep/key"
    assert store.read(record.metadata.storage_key).result == {"a": 1}
    assert store.find("none") is None


async def test_asynchronous_twins(remote: RemoteFileSystem) -> None:
    await remote.awrite_path("a", b"x")
    assert await remote.aread_path("a") == b"x"


def test_folders(remote: RemoteFileSystem, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.log", "sub/c.py"):
        (tree / name).write_text(name)
    (tmp_path / "ignore").write_text("*.log")
    assert remote.put_directory(str(tree), "to", ignore_file=str(tmp_path / "ignore")) == 2
    remote.get_directory("to", str(tmp_path / "back"))
    assert {each.name for each in (tmp_path / "back").rglob("*.*")} == {"a.txt", "c.py"}


def test_shares() -> None:
    share = SMB(share_path="/share/dir", smb_host="host", smb_username="u", smb_port=445)
    assert share.basepath == "smb://host/share/dir"
    assert share.settings == {"host": "host", "username": "u", "port": 445}


def test_nothing_is_kept_in_nothing() -> None:
    null: Any = NullFileSystem()
    assert call_storage(null, "write_path", "k", b"x") is None
    assert call_storage(null, "read_path", "k") is None
    assert call_storage(null, "get_directory") is None
    assert call_storage(null, "put_directory") is None
