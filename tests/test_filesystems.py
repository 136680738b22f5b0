"""File systems are blocks: saved under a name, they keep the results of flows that name them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from prefect import flow, task
from prefect.blocks.core import Block
from prefect.filesystems import SMB, LocalFileSystem, NullFileSystem, RemoteFileSystem, WritableFileSystem
from prefect.results import ResultStore, get_default_result_storage
from prefect.settings import PREFECT_DEFAULT_RESULT_STORAGE_BLOCK, temporary_settings
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


def test_a_folder_is_a_block(tmp_path: Path) -> None:
    files = LocalFileSystem(basepath=tmp_path)  # type: ignore[arg-type]
    files.save("folder")
    loaded = LocalFileSystem.load("folder")
    assert loaded == files
    assert loaded.basepath == str(tmp_path)
    files.write_path("a/b", b"x")
    assert loaded.read_path("a/b") == b"x"
    assert LocalFileSystem.get_block_capabilities() == {"read-path", "write-path", "get-directory", "put-directory"}
    with pytest.raises(ValidationError):
        LocalFileSystem(basepath=5)  # type: ignore[arg-type]


def test_results_go_where_a_name_says(tmp_path: Path) -> None:
    LocalFileSystem(basepath=str(tmp_path)).save("results")

    @task(result_storage="local-file-system/results", result_storage_key="kept", persist_result=True)
    def answer() -> int:
        return 42

    @flow(result_storage="local-file-system/results", persist_result=True)
    def asks() -> int:
        return answer()

    assert asks() == 42
    assert (tmp_path / "kept").exists()
    assert ResultStore(result_storage=LocalFileSystem(basepath=str(tmp_path))).read("kept").result == 42


def test_a_saved_storage_is_the_default_where_a_setting_says_so(tmp_path: Path) -> None:
    saved = LocalFileSystem(basepath=str(tmp_path)).save("default")
    with temporary_settings({PREFECT_DEFAULT_RESULT_STORAGE_BLOCK: "local-file-system/default"}):
        storage: Any = get_default_result_storage()
    assert (storage.basepath, storage._block_document_id) == (str(tmp_path), saved)


def test_a_storage_that_nobody_saved() -> None:
    @task(result_storage="local-file-system/nowhere", persist_result=True)
    def fails() -> int:
        return 1

    with pytest.raises(
        ValueError, match="Unable to find block document named nowhere for block type local-file-system"
    ):
        fails()


def test_an_address_of_fsspec() -> None:
    files = RemoteFileSystem(basepath="memory://somewhere", settings={"token": "hush"})
    assert "hush" not in repr(files) + str(files)
    plain = RemoteFileSystem(basepath="memory://somewhere")
    plain.save("memory")
    loaded = RemoteFileSystem.load("memory")
    loaded.write_path("x", b"1")
    assert plain.read_path("x") == b"1"
    with pytest.raises(ValidationError, match="Base path must start with a scheme"):
        RemoteFileSystem(basepath="nowhere")


def test_a_share() -> None:
    share = SMB(share_path="share", smb_host="host", smb_username=SecretStr("me"), smb_password=SecretStr("hush"))
    assert share.basepath == "smb://host/share"
    assert "hush" not in repr(share)
    assert SMB.model_json_schema()["secret_fields"] == ["smb_username", "smb_password"]


async def test_nothing_is_kept() -> None:
    files = NullFileSystem()
    await files.write_path("x", b"1")
    assert await files.read_path("x") is None  # type: ignore[func-returns-value]


def test_a_storage_of_ones_own() -> None:
    class Shelf(WritableFileSystem):
        label: str = "none"

        def read_path(self, path: str) -> bytes:
            return SHELF[path]

        def write_path(self, path: str, content: bytes) -> None:
            SHELF[path] = content

    Shelf(label="top").save("mine")
    storage = Block.load("shelf/mine")
    assert (type(storage), storage.label) == (Shelf, "top")  # type: ignore[attr-defined]

    @task(result_storage="shelf/mine", result_storage_key="on-shelf", persist_result=True)
    def answer() -> int:
        return 7

    assert answer() == 7
    assert "on-shelf" in SHELF


SHELF: dict[str, bytes] = {}
