"""Metrics for Prometheus, at `/metrics` and `/api/metrics`."""

from __future__ import annotations

from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Route

OFF = "Metrics are switched off; set PREFECT_SERVER_METRICS_ENABLED=true and start the server again."


def metrics(call: Call[None]) -> Answer:
    """Figures of the record and of this process, as Prometheus reads them."""
    if call.world.metrics is None:
        raise Refusal(404, OFF)
    text, kind = call.world.metrics()
    return Answer(200, text, kind)


ROUTES = (Route("GET", "/metrics", metrics, tags=("operations",)),)
