"""Headrace: pipelines as decorated functions, run anywhere, with everything that happened on record.

The names below are loaded when first asked for; importing the package has no effects.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect.flows import Flow as Flow
    from prefect.flows import flow as flow
    from prefect.tasks import Task as Task
    from prefect.tasks import task as task

__version__ = "0.1.0"

_PLACES = {
    "Flow": "prefect.flows",
    "flow": "prefect.flows",
    "Task": "prefect.tasks",
    "task": "prefect.tasks",
    "State": "prefect.states",
    "tags": "prefect.engine.context",
    "get_run_logger": "prefect.engine.logs.loggers",
    "unmapped": "prefect.utilities.annotations",
    "allow_failure": "prefect.utilities.annotations",
}


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'prefect' has no attribute {name!r}")
    value = getattr(import_module(place), name)
    globals()[name] = value
    return value
