"""What a resumed run starts with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from prefect.engine.runs.entry import surroundings
from prefect.engine.runs.keeping import PARAMETERS, kept_parameters
from prefect.engine.specs import FlowSpec
from prefect.exceptions import ParameterBindError


def stored_parameters(flow: FlowSpec, flow_run_id: UUID, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The parameters a run was started with, `given` ones in their place, and defaults for those it lacks.

    Raises ObjectNotFound if there is no such run, ParameterBindError if a parameter could not be kept and is not given.
    """
    runtime, config = surroundings()
    run = runtime.backend.read_flow_run(flow_run_id)
    recorded = {**run.parameters, **kept_parameters(run.context, config), **(given or {})}
    kept: Any = run.context.get(PARAMETERS, {})
    missing = sorted(set(kept.get("missing", ())) - set(given or ()))
    if missing:
        raise ParameterBindError(
            f"Parameter {missing[0]!r} of flow run {str(flow_run_id)!r} could not be kept, because it cannot be pickled or"
            f" is too large. Give it anew: flow.resume(run_id, parameters={{{missing[0]!r}: ...}})."
        )
    for name, parameter in flow.binder.signature.parameters.items():
        if name not in recorded and parameter.default is not parameter.empty:
            recorded[name] = parameter.default
    return recorded
