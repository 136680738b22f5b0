"""Headrace: pipelines as decorated functions, run anywhere, with everything that happened on record.

The names below are loaded when first asked for; importing the package has no effects.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect.client.orchestration import get_client as get_client
    from prefect.context import tags as tags
    from prefect.core.lifecycle.states import State as State
    from prefect.engine.logs.loggers import get_run_logger as get_run_logger
    from prefect.flow_runs import apause_flow_run as apause_flow_run
    from prefect.flow_runs import aresume_flow_run as aresume_flow_run
    from prefect.flow_runs import asuspend_flow_run as asuspend_flow_run
    from prefect.flow_runs import pause_flow_run as pause_flow_run
    from prefect.flow_runs import resume_flow_run as resume_flow_run
    from prefect.flow_runs import suspend_flow_run as suspend_flow_run
    from prefect.flows import Flow as Flow
    from prefect.flows import flow as flow
    from prefect.tasks import Task as Task
    from prefect.tasks import task as task
    from prefect.transactions import Transaction as Transaction
    from prefect.utilities.annotations import allow_failure as allow_failure
    from prefect.utilities.annotations import unmapped as unmapped

from prefect._version import __version__

_PLACES = {
    "Flow": "prefect.flows",
    "flow": "prefect.flows",
    "Task": "prefect.tasks",
    "task": "prefect.tasks",
    "State": "prefect.states",
    "apause_flow_run": "prefect.flow_runs",
    "aresume_flow_run": "prefect.flow_runs",
    "asuspend_flow_run": "prefect.flow_runs",
    "pause_flow_run": "prefect.flow_runs",
    "resume_flow_run": "prefect.flow_runs",
    "suspend_flow_run": "prefect.flow_runs",
    "get_client": "prefect.client.orchestration",
    "Transaction": "prefect.transactions",
    "allow_failure": "prefect.utilities.annotations",
    "get_run_logger": "prefect.logging.loggers",
    "tags": "prefect.context",
    "unmapped": "prefect.utilities.annotations",
}
"""Every public name of the package, and the module it is loaded from."""

_MODULES = (
    "artifacts assets blocks cache_policies client concurrency context deployments events exceptions filesystems flow_engine"
    " flow_runs flows futures input logging results runtime schedules serializers settings states task_engine"
    " task_runners tasks testing transactions types utilities variables"
).split()
"""Modules that are attributes of the package without having been imported."""

__all__ = ["__version__", *sorted(_PLACES)]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        value = getattr(import_module(_PLACES[name]), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        try:
            return import_module(f"prefect.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"prefect.{name}":
                raise
    raise AttributeError(f"module 'prefect' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES, *_MODULES})
