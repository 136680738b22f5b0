from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from prefect.engine.results.errors import ResultStorageError
from prefect.engine.results.filesystems import (
    LocalFileSystem,
    ReadableDeploymentStorage,
    ReadableFileSystem,
    WritableFileSystem,
    call_storage,
    storage_error,
)


@pytest.fixture
def local(folder: Path) -> LocalFileSystem:
    return LocalFileSystem(basepath=str(folder))


def test_files_are_written_and_read(local: LocalFileSystem, folder: Path) -> None:
    assert local.write_path("a/b.txt", b"hello") == str(folder / "a" / "b.txt")
    assert local.read_path("a/b.txt") == local.read_path(str(folder / "a" / "b.txt")) == b"hello"
    local.write_path("a/b.txt", content=b"again")
    assert local.read_path("a/b.txt") == b"again"


def test_files_are_private(local: LocalFileSystem, folder: Path) -> None:
    local.write_path("a/b", b"x")
    assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "a" / "b").stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["../outside", "a/../../outside", "/etc/passwd", "~/x", "..", "a/b/../../../x"])
def test_no_path_leads_outside(local: LocalFileSystem, folder: Path, path: str) -> None:
    (folder.parent / "outside").write_text("secret")
    with pytest.raises(ValueError, match="is outside of the base path"):
        local.read_path(path)
    with pytest.raises(ValueError, match="is outside of the base path"):
        local.write_path(path, b"x")
    assert (folder.parent / "outside").read_text() == "secret"


def test_no_link_leads_outside(local: LocalFileSystem, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (folder / "link").symlink_to(outside)
    (folder / "file").symlink_to(outside / "secret")
    for path in ("link/secret", "file", "link/new"):
        with pytest.raises(ValueError, match="is outside of the base path"):
            local.read_path(path)
        with pytest.raises(ValueError, match="is outside of the base path"):
            local.write_path(path, b"x")
    assert os.listdir(outside) == ["secret"]


def test_links_inside_are_fine(local: LocalFileSystem, folder: Path) -> None:
    local.write_path("a", b"x")
    (folder / "link").symlink_to(folder / "a")
    assert local.read_path("link") == b"x"


@pytest.mark.parametrize(
    ("path", "problem"), [("none", "does not exist"), ("", "is not a file"), ("a/b/c", "is not a file")]
)
def test_what_is_not_there(local: LocalFileSystem, path: str, problem: str) -> None:
    local.write_path("a/b", b"x")
    with pytest.raises(ValueError, match=problem):
        local.read_path(path)


def test_a_folder_is_not_overwritten(local: LocalFileSystem) -> None:
    local.write_path("a/b", b"x")
    with pytest.raises(ValueError, match="already exists and is not a file"):
        local.write_path("a", b"x")


def test_a_storage_below_a_file_cannot_be_written_to(folder: Path) -> None:
    (folder / "file").write_text("x")
    with pytest.raises(
        ResultStorageError, match=r"Cannot write the result at '.*file/below/key': Not a directory\."
    ) as caught:
        LocalFileSystem(basepath=str(folder / "file" / "below")).write_path("key", b"x")
    assert caught.value.errno == errno.ENOTDIR
    assert caught.value.filename.endswith("below/key")
    assert isinstance(caught.value, OSError)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_named(folder: Path) -> None:
    """`/dev/full` refuses what is written as a full disk does."""
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError) as caught:
        full.write(b"x")
    message = str(storage_error("write", folder / "key", caught.value))
    assert message == (
        f"Cannot write the result at '{folder}/key': No space left on device. Free some space on the disk that holds it, "
        "or choose another storage."
    )


def test_a_file_size_limit_is_named_and_leaves_nothing(local: LocalFileSystem, folder: Path) -> None:
    import resource
    import signal

    before, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(ResultStorageError, match="File too large"):
            local.write_path("key", b"x" * 50_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert os.listdir(folder) == []


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.chdir(folder)
    LocalFileSystem().write_path("a", b"x")
    assert (folder / "a").exists()
    assert LocalFileSystem(basepath=folder) == LocalFileSystem(basepath=str(folder))
    assert repr(LocalFileSystem()) == "LocalFileSystem(basepath=None)"
    with pytest.raises(ValidationError):
        LocalFileSystem(path="x")


async def test_asynchronous_twins(local: LocalFileSystem) -> None:
    await local.awrite_path("a", b"x")
    assert await local.aread_path("a") == b"x"


async def test_plain_names_give_awaitables_in_asynchronous_code(local: LocalFileSystem) -> None:
    await local.write_path("a", b"x")  # type: ignore[misc]
    assert await local.read_path("a") == b"x"  # type: ignore[misc]
    assert call_storage(local, "read_path", "a") == b"x"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name in ("a.txt", "skip.log", "sub/b.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def names(path: Path) -> set[str]:
    return {each.relative_to(path).as_posix() for each in path.rglob("*")}


def test_folders_are_put_and_fetched(local: LocalFileSystem, folder: Path, tree: Path, tmp_path: Path) -> None:
    ignore = tmp_path / "ignore"
    ignore.write_text("*.log\n")
    local.put_directory(str(tree), "to", ignore_file=str(ignore))
    assert names(folder) == {"to", "to/a.txt", "to/sub", "to/sub/b.py"}
    local.get_directory("to", str(tmp_path / "back"))
    assert names(tmp_path / "back") == {"a.txt", "sub", "sub/b.py"}
    with pytest.raises(FileNotFoundError):
        local.get_directory("none", str(tmp_path / "back"))
    with pytest.raises(ValueError, match="outside"):
        local.put_directory(str(tree), "../to")


# --- storages of the users' own


class Memory(WritableFileSystem):
    prefix: str = ""
    colour: str = "sync"

    def check(self) -> None:
        self.files: dict[str, bytes] = {}

    def read_path(self, path: str) -> Any:
        return self._either(self.files[self.prefix + path])

    def write_path(self, path: str, content: bytes) -> Any:
        self.files[self.prefix + path] = content
        return self._either(None)

    def _either(self, value: Any) -> Any:
        async def asynchronous() -> Any:
            return value

        return value if self.colour == "sync" else asynchronous()


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_storages_of_either_colour(colour: str) -> None:
    memory = Memory(prefix="p/", colour=colour)
    call_storage(memory, "write_path", "k", b"x")
    assert call_storage(memory, "read_path", "k") == b"x"
    assert memory.files == {"p/k": b"x"}


def test_interfaces_ask_for_their_methods() -> None:
    for interface in (ReadableFileSystem, WritableFileSystem, ReadableDeploymentStorage):
        with pytest.raises(TypeError, match="abstract"):
            interface()


def test_storages_may_be_models() -> None:
    class Bucket(WritableFileSystem, BaseModel):
        bucket: str

        async def read_path(self, path: str) -> bytes:
            return f"{self.bucket}/{path}".encode()

        async def write_path(self, path: str, content: bytes) -> None: ...

    assert call_storage(Bucket(bucket="b"), "read_path", "k") == b"b/k"
