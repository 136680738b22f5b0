"""Types for the fields of blocks."""

from __future__ import annotations

from typing import Any

from pydantic import Secret


class SecretDict(Secret[dict[str, Any]]):
    """A dictionary whose values are secret."""
