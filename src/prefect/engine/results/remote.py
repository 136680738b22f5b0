"""Results anywhere fsspec reaches: object stores, HDFS, SMB shares, memory.

fsspec is loaded when a storage is first used. Paths are confined to the base path here, since most of what
fsspec reaches knows nothing of `..`.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from prefect.engine.results.filesystems import (
    WritableDeploymentStorage,
    WritableFileSystem,
    storage_error,
)
from prefect.engine.results.surroundings import either_colour
from prefect.exceptions import ConfigurationError
from prefect.utilities.filesystem import filter_files
from prefect.utilities.twins import twin

_NO_SETTINGS: dict[str, object] = {}


class RemoteFileSystem(WritableFileSystem, WritableDeploymentStorage):
    """Files below one address, such as "s3://bucket/results".

    Args:
        basepath: the address: a scheme and a location.
        settings: arguments for fsspec's file system of that scheme: credentials, endpoints.
    """

    basepath: str
    settings: dict[str, object] = _NO_SETTINGS

    def check(self) -> None:
        self.basepath = str(self.basepath)
        scheme, separator, location = self.basepath.partition("://")
        if not separator or not scheme:
            raise self.refuse("basepath", f"Base path must start with a scheme. Got {self.basepath!r}.")
        if not location or scheme == "file":
            problem = f"Base path must include a location after the scheme. Got {self.basepath!r}."
            raise self.refuse("basepath", problem)

    def __repr__(self) -> str:
        hidden = dict.fromkeys(self.settings, "********")  # most are credentials
        return f"{type(self).__name__}(basepath={self.basepath!r}, settings={hidden})"

    @property
    def filesystem(self) -> Any:
        """The file system as fsspec gives it. Raises ConfigurationError if the package for it is missing."""
        try:
            from fsspec import filesystem

            return filesystem(self.basepath.partition("://")[0], **self.settings)
        except ImportError as error:
            raise ConfigurationError(
                f"Results at {self.basepath!r} need a package that is not installed: {error}. "
                "Install the extra for it: pip install 'headrace[s3]', 'headrace[gcs]' or 'headrace[azure]'."
            ) from error

    def _resolve_path(self, path: str) -> str:
        """The whole address of a path. Raises ValueError if that is outside of the base path."""
        base = self.basepath.rstrip("/")
        relative = path
        if "://" in path:
            if path != base and not path.startswith(f"{base}/"):
                raise ValueError(f"Path {path!r} is outside of the base path {self.basepath!r}.")
            relative = path[len(base) :]
        clean = posixpath.normpath(relative.replace("\\", "/").lstrip("/")) if relative.strip("/") else ""
        if clean == ".." or clean.startswith("../"):
            raise ValueError(f"Path {path!r} is outside of the base path {self.basepath!r}.")
        return f"{base}/{clean}" if clean not in ("", ".") else base

    @either_colour
    def read_path(self, path: str) -> bytes:
        """The content of a file. Raises FileNotFoundError if there is none, ValueError outside of the base path."""
        address = self._resolve_path(path)
        try:
            with self.filesystem.open(address, "rb") as file:
                content: bytes = file.read()
        except (FileNotFoundError, IsADirectoryError):
            raise
        except OSError as error:
            raise storage_error("read", address, error) from error
        return content

    @either_colour
    def write_path(self, path: str, content: bytes) -> str:
        """Write a file, making folders as needed, and return where it lies. Raises ResultStorageError if it cannot."""
        address = self._resolve_path(path)
        files = self.filesystem
        try:
            files.makedirs(posixpath.dirname(address), exist_ok=True)
            with files.transaction, files.open(address, "wb") as file:
                file.write(content)
        except OSError as error:
            raise storage_error("write", address, error) from error
        return address

    @either_colour
    def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> None:
        """Copy a folder, the whole storage unless given, into a local one, the working directory unless given."""
        source = self._resolve_path(from_path or "")
        target = str(Path(local_path).resolve() if local_path is not None else Path.cwd())
        self.filesystem.get(f"{source}/", f"{target}/", recursive=True)

    @either_colour
    def put_directory(
        self,
        local_path: str | None = None,
        to_path: str | None = None,
        ignore_file: str | None = None,
        overwrite: bool = True,
    ) -> int:
        """Copy a local folder, the working directory unless given, into the storage."""
        source = Path(local_path).resolve() if local_path is not None else Path.cwd()
        patterns = Path(ignore_file).read_text().splitlines() if ignore_file is not None else None
        names = filter_files(source, patterns, include_dirs=False)
        for name in sorted(names):
            relative = posixpath.join(to_path or "", Path(name).as_posix())
            self.filesystem.put_file(str(source / name), self._resolve_path(relative), overwrite=overwrite)
        return len(names)

    aread_path = twin(read_path)
    awrite_path = twin(write_path)
    aget_directory = twin(get_directory)
    aput_directory = twin(put_directory)


class SMB(RemoteFileSystem):
    """Files of a share on a Windows server or Samba.

    Args:
        share_path: the share, and a folder within it.
        smb_host: name or address of the server.
        smb_username, smb_password: whom to sign in as.
        smb_port: 445 unless given.
    """

    share_path: str
    smb_host: str
    smb_username: str | None = None
    smb_password: object = None
    smb_port: int | None = None
    basepath: str = ""

    def check(self) -> None:
        self.basepath = f"smb://{self.smb_host.rstrip('/')}/{self.share_path.lstrip('/')}"
        password = getattr(self.smb_password, "get_secret_value", lambda: self.smb_password)()
        given = {
            "host": self.smb_host,
            "username": self.smb_username,
            "password": password,
            "port": self.smb_port,
        }
        self.settings = {name: value for name, value in given.items() if value is not None}
        super().check()

    def __repr__(self) -> str:
        return f"SMB(share_path={self.share_path!r}, smb_host={self.smb_host!r})"


class NullFileSystem(WritableFileSystem, WritableDeploymentStorage):
    """Keeps nothing: what is written is gone, what is read is empty."""

    async def read_path(self, path: str) -> None:
        """None."""

    async def write_path(self, path: str, content: bytes) -> None:
        """Do nothing."""

    async def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> None:
        """Do nothing."""

    async def put_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> None:
        """Do nothing."""
