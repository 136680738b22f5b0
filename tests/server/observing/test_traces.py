"""Traces by OpenTelemetry, where that is installed; without it a sentence says how to get it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from prefect.exceptions import ConfigurationError
from prefect.server.observing.traces import Traces
from prefect.storage.store import Store
from tests.server.support import serving

INSTALLED = find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None


@pytest.mark.skipif(INSTALLED, reason="OpenTelemetry is installed")
def test_without_the_extra_it_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"pip install 'headrace\[otel\]'"):
        Traces()


@pytest.fixture(scope="module")
def kept() -> Any:
    """Where finished spans are kept; there is one provider of traces in a process."""
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.mark.skipif(not INSTALLED, reason="takes headrace[otel]")
async def test_a_request_leaves_a_span_in_its_callers_trace(kept: Any, store: Store, server_home: Path) -> None:
    kept.clear()
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with serving(store, server_home, tracing=True) as api:
        await api.get(f"/flows/{uuid4()}", headers={"traceparent": caller})
        await api.get("/health")
    first, second = kept.get_finished_spans()
    assert (first.name, second.name) == ("GET /api/flows/{id}", "GET /api/health")
    assert first.attributes["http.response.status_code"] == 404
    assert f"{first.context.trace_id:032x}" == caller.split("-")[1]
    assert 0 <= first.end_time - first.start_time < 5_000_000_000
