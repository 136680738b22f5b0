"""Blocks by name for those that know blocks only by name: the engine's result storage."""

from __future__ import annotations

from typing import Any

from prefect.blocks import keeping
from prefect.blocks.asking import drive
from prefect.blocks.core import Block


def load(reference: str) -> Any:
    """The block that a reference leads to: an id, or `type-slug/name`. Blocks. Raises ValueError if there is none."""
    return drive(keeping.loading_from_reference(Block, reference, validate=True), None)
