"""What any lock manager can do."""

from __future__ import annotations

from prefect.engine.results.locks import LockManager

__all__ = ["LockManager"]
