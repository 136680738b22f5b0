"""Locks between the threads and coroutines of one process."""

from __future__ import annotations

from prefect.connect import engine_config as engine_config
from prefect.engine.results.locks import MemoryLockManager

__all__ = ["MemoryLockManager"]
