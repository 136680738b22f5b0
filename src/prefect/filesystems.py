"""File systems: where results and code are kept."""

from __future__ import annotations

from prefect.connect import engine_config as engine_config
from prefect.engine.results.filesystems import (
    LocalFileSystem,
    ReadableDeploymentStorage,
    ReadableFileSystem,
    WritableDeploymentStorage,
    WritableFileSystem,
)
from prefect.engine.results.remote import SMB, NullFileSystem, RemoteFileSystem

# fmt: off
__all__ = ["SMB", "LocalFileSystem", "NullFileSystem", "ReadableDeploymentStorage", "ReadableFileSystem",
           "RemoteFileSystem", "WritableDeploymentStorage", "WritableFileSystem"]
