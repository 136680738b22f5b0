"""Whether a value is awaitable, without importing `inspect`, which costs more than the rest of the engine."""

from __future__ import annotations

from types import CoroutineType
from typing import Any


def is_awaitable(value: Any) -> bool:
    """Whether `await value` works."""
    return type(value) is CoroutineType or hasattr(value, "__await__")
