"""What a resumed run starts with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect.engine.runs.entry import surroundings
from prefect.engine.specs import FlowSpec


def stored_parameters(flow: FlowSpec, flow_run_id: UUID) -> dict[str, Any]:
    """The parameters recorded for a run, with defaults for those it lacks. Raises ObjectNotFound."""
    runtime, _config = surroundings()
    recorded = dict(runtime.backend.read_flow_run(flow_run_id).parameters)
    for name, parameter in flow.binder.signature.parameters.items():
        if name not in recorded and parameter.default is not parameter.empty:
            recorded[name] = parameter.default
    return recorded
