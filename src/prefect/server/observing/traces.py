"""Traces of requests by OpenTelemetry: off unless asked for, and nothing of it is loaded then.

Where they go is said by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, ...). A request
that names its caller's trace in `traceparent` becomes a part of that.
"""

from __future__ import annotations

from importlib import import_module
from time import perf_counter, time_ns
from typing import Any

from prefect._version import __version__
from prefect.exceptions import ConfigurationError
from prefect.server.http.answers import Answer, Streamed
from prefect.server.http.calls import Head
from prefect.server.http.routing import Route

NANOSECONDS = 1_000_000_000
SERVER_KIND = "SERVER"


class Traces:
    """Leaves a span for each answered request.

    Raises ConfigurationError if OpenTelemetry is not installed.
    """

    def __init__(self) -> None:
        try:
            self._trace = import_module("opentelemetry.trace")
            self._propagate = import_module("opentelemetry.propagate")
            self._begin_sending()
        except ImportError as error:
            raise ConfigurationError(
                f"PREFECT_SERVER_TRACING_ENABLED needs OpenTelemetry: pip install 'headrace[otel]' ({error})."
            ) from error
        self._tracer: Any = self._trace.get_tracer("prefect.server", __version__)

    def _begin_sending(self) -> None:
        """Have spans sent by OTLP, unless the program that runs the server has said otherwise."""
        sdk = import_module("opentelemetry.sdk.trace")
        if isinstance(self._trace.get_tracer_provider(), sdk.TracerProvider):
            return
        exporting = import_module("opentelemetry.sdk.trace.export")
        otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        resources = import_module("opentelemetry.sdk.resources")
        name = {"service.name": "headrace-server", "service.version": __version__}
        provider = sdk.TracerProvider(
            resource=resources.Resource(name).merge(resources.OTELResourceDetector().detect())
        )
        provider.add_span_processor(exporting.BatchSpanProcessor(otlp.OTLPSpanExporter()))
        self._trace.set_tracer_provider(provider)

    def finish(self, head: Head, route: Route | None, reply: Answer | Streamed) -> None:
        """A finisher: the span of a request, from its head to its answer."""
        ended = time_ns()
        began = ended - int((perf_counter() - head.began) * NANOSECONDS)
        name = head.method if route is None else f"{route.method} /api{route.path}"
        span = self._tracer.start_span(
            name,
            context=self._propagate.extract(head.headers),
            kind=getattr(self._trace.SpanKind, SERVER_KIND),
            start_time=began,
            attributes={
                "http.request.method": head.method,
                "http.route": "" if route is None else f"/api{route.path}",
                "http.response.status_code": reply.status,
            },
        )
        if reply.status >= 500:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(ended)
