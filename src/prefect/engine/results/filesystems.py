"""Where results are kept: the interfaces, and the local file system.

A storage reads and writes bytes under a path. Its methods may be plain or asynchronous. Those of ours
block in ordinary code and give an awaitable in asynchronous code, as users of the incumbent expect; their
twins with an `a` before the name are always asynchronous. Our own code calls any of them through
`call_storage`, which waits.
"""

from __future__ import annotations

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prefect.engine.results.errors import ResultStorageError
from prefect.engine.results.surroundings import either_colour, surroundings
from prefect.utilities.asyncutils import wait_if_awaitable
from prefect.utilities.filesystem import PRIVATE_FOLDER, filter_files, make_private_folder, write_atomically
from prefect.utilities.options import Options
from prefect.utilities.twins import twin

IGNORE_FILE = ".prefectignore"


class ReadableFileSystem(Options, ABC):
    """A storage that files can be read from."""

    @abstractmethod
    def read_path(self, path: str) -> Any:
        """The content of a file, as bytes. Raises ValueError or FileNotFoundError if there is none."""


class WritableFileSystem(ReadableFileSystem):
    """A storage that files can be read from and written to: what results are kept in."""

    @abstractmethod
    def write_path(self, path: str, content: bytes) -> Any:
        """Write a file, replacing what was there."""


class ReadableDeploymentStorage(Options, ABC):
    """A storage that a folder of code can be fetched from."""

    @abstractmethod
    def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> Any:
        """Copy a folder of the storage into a local one."""


class WritableDeploymentStorage(ReadableDeploymentStorage):
    """A storage that a folder of code can be fetched from and put into."""

    @abstractmethod
    def put_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> Any:
        """Copy a local folder into the storage, but for what `ignore_file` lists."""


def call_storage(storage: object, method: str, *args: object) -> Any:
    """Call a storage's method and wait for its result, whatever its colour and whatever runs around it."""
    return wait_if_awaitable(getattr(storage, method)(*args))


class LocalFileSystem(WritableFileSystem, WritableDeploymentStorage):
    """Files below one folder of this machine.

    Files are written whole or not at all, and synced, so that neither a crash nor a power cut leaves a part.
    They and the folders made for them are readable to their owner only. No path leads out of the folder.

    Args:
        basepath: the folder; the working directory unless given. `~` is the home directory.
    """

    basepath: str | None = None

    def check(self) -> None:
        if self.basepath is not None:
            self.basepath = str(self.basepath)

    def _root(self) -> str:
        return os.path.realpath(os.path.expanduser(self.basepath or "."))

    def _resolve_path(self, path: str, validate: bool = False) -> Path:
        """Where a path lies. Raises ValueError if that is outside of the folder, also through a link."""
        root = self._root()
        resolved = os.path.realpath(os.path.join(root, os.path.expanduser(path)))
        if resolved != root and not resolved.startswith(os.path.join(root, "")):
            raise ValueError(
                f"Provided path {resolved} is outside of the base path {root}. Give a path below it, or another "
                "basepath."
            )
        return Path(resolved)

    @either_colour
    def read_path(self, path: str) -> bytes:
        """The content of a file. Raises ValueError if there is none, or it lies outside of the folder."""
        resolved = self._resolve_path(path)
        try:
            return resolved.read_bytes()
        except FileNotFoundError as error:
            raise ValueError(f"Path {resolved} does not exist.") from error
        except (IsADirectoryError, NotADirectoryError) as error:
            raise ValueError(f"Path {resolved} is not a file.") from error
        except OSError as error:
            if resolved.is_dir():  # what Windows says of folders
                raise ValueError(f"Path {resolved} is not a file.") from error
            raise storage_error("read", resolved, error) from error

    @either_colour
    def write_path(self, path: str, content: bytes) -> str:
        """Write a file, making folders as needed, and return where it lies. Raises ResultStorageError if it cannot."""
        resolved = self._resolve_path(path)
        if resolved.is_dir():
            raise ValueError(f"Path {resolved} already exists and is not a file.")
        try:
            write_atomically(resolved, content)
        except OSError as error:
            raise storage_error("write", resolved, error) from error
        return str(resolved)

    @either_colour
    def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> None:
        """Copy a folder, the whole storage unless given, into a local one, the working directory unless given."""
        source = Path(self._root()) if from_path is None else self._resolve_path(from_path)
        target = Path(local_path).resolve() if local_path is not None else Path.cwd()
        if source != target:
            _copy_all(source, target, filter_files(source, include_dirs=True))

    @either_colour
    def put_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> None:
        """Copy a local folder, the working directory unless given, into the storage."""
        source = Path(local_path).resolve() if local_path is not None else Path.cwd()
        target = Path(self._root()) if to_path is None else self._resolve_path(to_path)
        patterns = Path(ignore_file).read_text().splitlines() if ignore_file is not None else None
        if source != target:
            _copy_all(source, target, filter_files(source, patterns, include_dirs=True))

    aread_path = twin(read_path)
    awrite_path = twin(write_path)
    aget_directory = twin(get_directory)
    aput_directory = twin(put_directory)


def _copy_all(source: Path, target: Path, names: Iterable[str]) -> None:
    """Copy files and folders, given relative to `source`."""
    import shutil

    if not source.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source))
    make_private_folder(target)
    for name in sorted(names):
        if (source / name).is_dir():
            (target / name).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        else:
            (target / name).parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


_REMEDIES = {
    errno.ENOSPC: "Free some space on the disk that holds it, or choose another storage.",
    errno.EDQUOT: "Free some of the space you may use there, or choose another storage.",
    errno.EROFS: "The disk is mounted read-only: choose another storage.",
    errno.EACCES: "Grant this user the right to it, or choose another storage.",
    errno.EPERM: "Grant this user the right to it, or choose another storage.",
    errno.ENOTDIR: "A file stands where a folder is needed: move it, or choose another storage.",
    errno.ENAMETOOLONG: "Choose a shorter result_storage_key.",
}


def storage_error(action: str, place: object, cause: OSError) -> ResultStorageError:
    """The error that names what failed where, why, and what to do."""
    reason = os.strerror(cause.errno) if cause.errno else str(cause)
    remedy = _REMEDIES.get(cause.errno or 0, "Choose another one with PREFECT_LOCAL_STORAGE_PATH or result_storage.")
    error = ResultStorageError(f"Cannot {action} the result at {str(place)!r}: {reason}. {remedy}")
    error.errno, error.filename = cause.errno, str(place)
    return error


surroundings.local_storage = LocalFileSystem
