"""Parameters of requests, made from what says how they are made."""

from __future__ import annotations

import json

from prefect.server.http.answers import Json
from prefect.server.http.calls import AnyCall
from prefect.server.http.errors import Refusal
from prefect.server.hydration import hydrated, problems_in
from prefect.storage.documents import Row
from prefect.storage.keyed import variables
from prefect.wire.base import storable


def find_variable(call: AnyCall, name: str) -> Row | None:
    """A variable by name."""
    found = call.world.store.read(lambda tx: variables.find(tx, name))
    return None if found is None else {"value": json.loads(found.value)}


def hydrated_or_refused(call: AnyCall, given: Row, failed: str) -> Json:
    """Parameters as flows get them. Raises Refusal (400), beginning with `failed`, if one cannot be made."""
    made = hydrated(given, lambda name: find_variable(call, name))
    problem = next(iter(problems_in(made)), None)
    if problem is not None:
        raise Refusal(400, failed + problem.message)
    try:
        return storable(made)
    except ValueError as error:
        raise Refusal(400, f"{failed}a value {error}") from None
