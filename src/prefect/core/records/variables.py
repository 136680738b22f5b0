"""Variables: named JSON values that runs share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

LONGEST_NAME = 255
LONGEST_VALUE = 5000
"""Characters of a value's JSON text."""

NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


class VariableRecord(NamedTuple):
    """A variable as it is stored."""

    id: UUID
    name: str
    value: str
    """JSON text."""

    tags: Sequence[str]
    created: int
    updated: int


def name_problem(name: str) -> str | None:
    """What is wrong with a variable's name, None if nothing is."""
    if not NAME_LETTERS.issuperset(name):
        return "Variable name must only contain lowercase letters, numbers, and dashes or underscores."
    if len(name) > LONGEST_NAME:
        return f"Variable name must be at most {LONGEST_NAME} characters."
    return None
