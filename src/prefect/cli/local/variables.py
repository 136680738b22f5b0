"""`record.Variables` on the embedded record."""

from __future__ import annotations

from collections.abc import Sequence

from prefect.cli.record import Record, backend
from prefect.exceptions import ObjectAlreadyExists
from prefect.storage.aggregates import variables
from prefect.storage.aggregates.reading import Reading


def page() -> list[Record]:
    """All, by name."""
    return variables.page(Reading(backend().store))


def by_name(name: str) -> Record | None:
    """The variable of that name."""
    return variables.by_name(Reading(backend().store), name)


def write(name: str, value: str, tags: Sequence[str], overwrite: bool) -> bool:
    """Set it to JSON text."""
    try:
        backend().write_variable(name, value, list(tags), overwrite)
    except ObjectAlreadyExists:
        return False
    return True


def delete(name: str) -> None:
    """Delete it."""
    backend().delete_variable(name)
