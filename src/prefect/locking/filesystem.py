"""Locks between processes that share a folder."""

from __future__ import annotations

from prefect.connect import engine_config as engine_config
from prefect.engine.results.file_locks import FileSystemLockManager

__all__ = ["FileSystemLockManager"]
