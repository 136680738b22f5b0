"""File systems: where results and code are kept. They are blocks: saved under a name, they are known as `type/name`.

LocalFileSystem(basepath="/srv/results").save("results")

@flow(result_storage="local-file-system/results")
def etl() -> None: ...
"""

from __future__ import annotations

from abc import ABC
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator

from prefect.blocks.core import Block
from prefect.connect import engine_config as engine_config
from prefect.engine.results import filesystems, remote
from prefect.engine.results.surroundings import surroundings

# fmt: off
__all__ = ["SMB", "LocalFileSystem", "NullFileSystem", "ReadableDeploymentStorage", "ReadableFileSystem",
           "RemoteFileSystem", "WritableDeploymentStorage", "WritableFileSystem"]
# fmt: on


class ReadableFileSystem(Block, filesystems.ReadableFileSystem, ABC):
    """A storage that files can be read from."""

    _block_schema_capabilities = ["read-path"]  # noqa: RUF012 - pydantic knows it for no field


class WritableFileSystem(Block, filesystems.WritableFileSystem, ABC):
    """A storage that files can be read from and written to: what results are kept in."""

    _block_schema_capabilities = ["read-path", "write-path"]  # noqa: RUF012


class ReadableDeploymentStorage(Block, filesystems.ReadableDeploymentStorage, ABC):
    """A storage that a folder of code can be fetched from."""

    _block_schema_capabilities = ["get-directory"]  # noqa: RUF012


class WritableDeploymentStorage(Block, filesystems.WritableDeploymentStorage, ABC):
    """A storage that a folder of code can be fetched from and put into."""

    _block_schema_capabilities = ["get-directory", "put-directory"]  # noqa: RUF012


class LocalFileSystem(WritableFileSystem, WritableDeploymentStorage, filesystems.LocalFileSystem):
    """Files below one folder of this machine.

    Files are written whole or not at all, and no path leads out of the folder.

    Attributes:
        basepath: the folder; the working directory unless given. `~` is the home directory.

    Example:
        ```python
        from prefect.filesystems import LocalFileSystem

        LocalFileSystem(basepath="~/results").save("results")
        ```
    """

    _block_type_name = "Local File System"
    _block_type_slug = "local-file-system"

    @field_validator("basepath", mode="before", check_fields=False)
    @classmethod
    def cast_pathlib(cls, value: str | Path | None) -> str | None:
        """A path as text."""
        return str(value) if isinstance(value, Path) else value

    def __eq__(self, other: object) -> bool:
        """Whether it is the same folder, for the engine's own kind of folder as well."""
        return isinstance(other, filesystems.LocalFileSystem) and self.basepath == other.basepath


class RemoteFileSystem(WritableFileSystem, WritableDeploymentStorage, remote.RemoteFileSystem):
    """Files below one address that fsspec reaches, such as `s3://bucket/results`.

    Attributes:
        basepath: the address: a scheme and a location.
        settings: arguments for fsspec's file system of that scheme: credentials, endpoints.

    Example:
        ```python
        from prefect.filesystems import RemoteFileSystem

        RemoteFileSystem(basepath="s3://bucket/results", settings={"anon": True}).save("results")
        ```
    """

    _block_type_name = "Remote File System"
    _block_type_slug = "remote-file-system"

    def block_initialization(self) -> None:
        self.check()

    def __repr__(self) -> str:
        return remote.RemoteFileSystem.__repr__(self)


class SMB(WritableFileSystem, WritableDeploymentStorage):
    """Files of a share on a Windows server or Samba.

    Attributes:
        share_path: the share, and a folder within it.
        smb_host: name or address of the server.
        smb_username, smb_password: whom to sign in as.
        smb_port: 445 unless given.
    """

    _block_type_name = "SMB"

    share_path: str = Field(default=..., description="The share, and a folder within it.")
    smb_username: SecretStr | None = Field(None, title="SMB Username", description="Whom to sign in as.")
    smb_password: SecretStr | None = Field(None, title="SMB Password", description="The password of that user.")
    smb_host: str = Field(default=..., title="SMB server/hostname", description="Name or address of the server.")
    smb_port: int | None = Field(None, title="SMB port", description="The port of the server, 445 unless given.")

    @property
    def _share(self) -> remote.SMB:
        user = self.smb_username
        return remote.SMB(
            share_path=self.share_path,
            smb_host=self.smb_host,
            smb_username=None if user is None else user.get_secret_value(),
            smb_password=self.smb_password,
            smb_port=self.smb_port,
        )

    @property
    def basepath(self) -> str:
        """The address of the share."""
        return self._share.basepath

    @property
    def filesystem(self) -> Any:
        """The share as fsspec gives it."""
        return self._share.filesystem

    def _resolve_path(self, path: str) -> str:
        return self._share._resolve_path(path)

    def read_path(self, path: str) -> Any:
        """The content of a file, as bytes."""
        return self._share.read_path(path)

    def write_path(self, path: str, content: bytes) -> Any:
        """Write a file, and return where it lies."""
        return self._share.write_path(path, content)

    def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> Any:
        """Copy a folder of the share into a local one."""
        return self._share.get_directory(from_path, local_path)

    def put_directory(
        self,
        local_path: str | None = None,
        to_path: str | None = None,
        ignore_file: str | None = None,
        overwrite: bool = True,
    ) -> Any:
        """Copy a local folder into the share."""
        return self._share.put_directory(local_path, to_path, ignore_file, overwrite)


class NullFileSystem(WritableFileSystem, WritableDeploymentStorage, remote.NullFileSystem):
    """Keeps nothing: what is written is gone, what is read is empty."""


surroundings.local_storage = LocalFileSystem
