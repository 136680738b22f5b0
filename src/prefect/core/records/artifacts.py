"""Artifacts: what a run shows to people: a table, a text, a link, a picture, a bar of progress."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from prefect.core.journal import Row

KEY_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class ArtifactRecord(NamedTuple):
    """An artifact as it is stored; `data` and `metadata` are JSON text. Its fields are those of a journal entry."""

    id: UUID
    key: str | None
    type: str | None
    data: str | None
    description: str | None
    metadata: str | None
    flow_run_id: UUID | None
    task_run_id: UUID | None
    created: int
    updated: int

    def row(self) -> Row:
        """The journal entry that records it."""
        return tuple(value.bytes if isinstance(value, UUID) else value for value in self)


def key_problem(key: str | None) -> str | None:
    """What is wrong with an artifact's key, None if nothing is."""
    if key is not None and not KEY_LETTERS.issuperset(key):
        return "Artifact key must only contain lowercase letters, numbers, and dashes."
    return None
