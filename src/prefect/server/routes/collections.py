"""Views of what may be chosen from: so far the types of workers and the job templates they come with."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from prefect.server.http import answers
from prefect.server.http.answers import Answer, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Route

FILE = Path(__file__).parent.parent / "worker_types.json"
WORKERS = "aggregate-worker-metadata"


@cache
def worker_types() -> Json:
    """Types of workers by the package that brings them."""
    loaded: Json = json.loads(FILE.read_text())
    return loaded


def read(call: Call[None]) -> Answer:
    """A view by name."""
    view = call.text("view")
    if view != WORKERS:
        raise Refusal(404, f"View {view} not found in registry")
    return answers.json(worker_types())


ROUTES = (Route("GET", "/collections/views/{view}", read, returns=Json),)
