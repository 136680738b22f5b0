from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from prefect.utilities.filesystem import (
    filename,
    filter_files,
    is_local_path,
    make_private_folder,
    relative_path_to_current_platform,
    tmpchdir,
    to_display_path,
    write_atomically,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_written_privately(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [mode(each) for each in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]
    assert list(path.parent.iterdir()) == [path]


def test_folders_that_exist_keep_their_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "x")
    assert (mode(tmp_path), mode(tmp_path / "x")) == (0o755, 0o700)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(OSError):
        write_atomically(path, b"x")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="folders are not synced on Windows")
def test_a_write_is_on_disk_before_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Synced is first the content under another name, then, once it has its name, the folder."""
    synced: list[tuple[bool, bool]] = []
    path = tmp_path / "file"
    fsync = os.fsync

    def record(descriptor: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    write_atomically(path, b"x")
    assert synced == [(False, False), (True, True)]


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([65 + n]) * 100_000 for n in range(8)]
    threads = [threading.Thread(target=write_atomically, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs resource limits")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """The size limit of files stands in for a full disk: the write stops half way."""
    import resource
    import signal

    path = tmp_path / "file"
    write_atomically(path, b"old")
    before, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError):
            write_atomically(path, b"x" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_paths_as_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert filename("a/b\\c.txt") == filename("a/b/c.txt/") == "c.txt"
    assert [is_local_path(each) for each in ("a/b", "file://a", Path("a"), "s3://a", 5)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert to_display_path(tmp_path / "a" / "b") == os.path.join("a", "b")
    assert to_display_path(tmp_path / "a", relative_to=tmp_path / "a" / "c") == ".."
    assert relative_path_to_current_platform("a\\b/c") == Path("a", "b", "c")


def test_working_elsewhere(tmp_path: Path) -> None:
    before = Path.cwd()
    file = tmp_path / "file"
    file.touch()
    with tmpchdir(file):
        assert Path.cwd() == tmp_path.resolve()
    assert Path.cwd() == before


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.txt", "b.log", "sub/c.py", "sub/d.log", "cache/e.py", "keep.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_files_below_a_folder(tree: Path) -> None:
    everything = {"a.txt", "b.log", "keep.log", "sub", "cache"} | {os.path.join("sub", n) for n in ("c.py", "d.log")}
    assert filter_files(tree) == everything | {os.path.join("cache", "e.py")}
    assert filter_files(tree, include_dirs=False) == filter_files(tree) - {"sub", "cache"}


def test_ignored_files(tree: Path) -> None:
    found = filter_files(tree, ["*.log", "cache/", "# a comment", "!keep.log"], include_dirs=False)
    assert found == {"a.txt", "keep.log", os.path.join("sub", "c.py")}
