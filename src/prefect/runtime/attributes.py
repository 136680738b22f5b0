"""How the modules of `prefect.runtime` answer for an attribute: from the environment, or by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.connect import current_runtime
from prefect.core.lifecycle.runs import FlowRun
from prefect.engine.context import FlowRunContext
from prefect.exceptions import ObjectNotFound
from prefect.settings.runtime import announced_flow_run, runtime_override

_READERS: Mapping[type, Callable[[str], object]] = {
    bool: lambda text: text.strip().lower() not in ("false", "0", "no", ""),
    int: int,
    float: float,
    str: str,
    datetime: datetime.fromisoformat,
    type(None): str,
}
"""How the text of an environment variable becomes a value of the type it stands in for."""


def attribute(module: str, table: Mapping[str, Callable[[], object]], name: str) -> Any:
    """The value of a module's attribute.

    Raises AttributeError if there is none of that name, ValueError if the environment names one that has no text form.
    """
    override = runtime_override(module.rpartition(".")[2], name)
    if name not in table:
        if override is None or name.startswith("__"):
            raise AttributeError(f"{module} has no attribute {name!r}")
        return override
    value = table[name]()
    if override is None:
        return value
    read = next((reader for kind, reader in _READERS.items() if isinstance(value, kind)), None)
    if read is None:
        raise ValueError(f"This runtime context attribute cannot be mocked using an environment variable: {name!r}.")
    return read(override)


def flow_run_here() -> FlowRun | None:
    """The flow run that the code belongs to, or that this process was started for."""
    context = FlowRunContext.current.get()
    if context is not None:
        return context.flow_run
    announced = announced_flow_run()
    if announced is None:
        return None
    try:
        return current_runtime().backend.read_flow_run(UUID(announced))
    except ObjectNotFound:
        return None


def text(value: UUID | None) -> str | None:
    """An id as text."""
    return None if value is None else str(value)
