"""How the server is, for those who operate it."""

from __future__ import annotations

from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.routing import Route
from prefect.wire.objects.status import ServerStatus


def status(call: Call[None]) -> Answer:
    """Version, database, sizes by table, duties with their last pass, and what is oldest."""
    return answers.json(call.world.condition())


ROUTES = (Route("GET", "/headrace/status", status, returns=ServerStatus, tags=("operations",)),)
