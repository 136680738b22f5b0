"""`record.Variables` on a server."""

from __future__ import annotations

import json
from collections.abc import Sequence

from prefect.cli.api import Refused, api, path
from prefect.cli.record import Record
from prefect.cli.remote import shapes


def page() -> list[Record]:
    """All, by name."""
    return [shapes.typed(item) for item in api().pages("/variables/filter", {"sort": "NAME_ASC"})]


def by_name(name: str) -> Record | None:
    """The variable of that name."""
    said = api().get(path("/variables/name/{}", name))
    return None if said is None else shapes.typed(said)


def write(name: str, value: str, tags: Sequence[str], overwrite: bool) -> bool:
    """Set it to JSON text."""
    content = {"value": json.loads(value), "tags": list(tags)}
    try:
        api().post("/variables/", {"name": name, **content})
    except Refused as error:
        if error.status != 409:
            raise
        if not overwrite:
            return False
        api().patch(path("/variables/name/{}", name), content)
    return True


def delete(name: str) -> None:
    """Delete it."""
    api().delete(path("/variables/name/{}", name))
