"""Everything the decorators need of the engine, in one place that is imported when the first flow or task is called."""

from __future__ import annotations

from prefect.engine.assets.asset import as_assets
from prefect.engine.calls.parameters_json import jsonable
from prefect.engine.calls.validation import ParameterValidator
from prefect.engine.runners.subflows import map_flow, submit_flow
from prefect.engine.runners.threads import ThreadPoolTaskRunner
from prefect.engine.runs.entry import (
    flow_execution,
    run_flow,
    run_flow_async,
    run_task,
    run_task_async,
    runner_for_submission,
    task_execution,
)
from prefect.engine.runs.generators import iterate, iterate_async
from prefect.engine.runs.resuming import stored_parameters
from prefect.utilities.callables import explode_variadic_parameter, parameter_schema
from prefect.utilities.hashing import hash_objects

__all__ = [
    "ParameterValidator",
    "ThreadPoolTaskRunner",
    "as_assets",
    "explode_variadic_parameter",
    "flow_execution",
    "hash_objects",
    "iterate",
    "iterate_async",
    "jsonable",
    "map_flow",
    "parameter_schema",
    "run_flow",
    "run_flow_async",
    "run_task",
    "run_task_async",
    "runner_for_submission",
    "stored_parameters",
    "submit_flow",
    "task_execution",
]
