"""Setting variables, each within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.records.variables import VariableRecord
from prefect.exceptions import ObjectAlreadyExists
from prefect.storage.keyed import variables
from prefect.storage.transaction import Transaction


def write(
    tx: Transaction,
    name: str,
    value: str,
    tags: Sequence[str],
    overwrite: bool,
    clock: Clock,
    new_id: UUID | None = None,
) -> VariableRecord:
    """Set a variable to JSON text. Raises ObjectAlreadyExists if there is one and it is not to be overwritten.

    One that has `new_id` was made by this very request, whose answer was lost.
    """
    known, now = variables.find(tx, name), clock.now()
    if known is not None and not overwrite and known.id != new_id:
        raise ObjectAlreadyExists(f"Variable {name!r} already exists. Use `overwrite=True` to update it.")
    if known is None:
        variable = VariableRecord(new_id or clock.new_id(), name, value, tags, now, now)
    else:
        variable = known._replace(value=value, tags=tags, updated=now)
    variables.write(tx, variable)
    return variable
