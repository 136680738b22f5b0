"""The deployment that the current flow run comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect.connect import current_runtime
from prefect.runtime.attributes import attribute, flow_run_here, text


def _id() -> str | None:
    run = flow_run_here()
    return None if run is None else text(run.deployment_id)


def _fact(position: int) -> Callable[[], str | None]:
    def fact() -> str | None:
        run = flow_run_here()
        if run is None or run.deployment_id is None:
            return None
        known = current_runtime().backend.deployment_name_and_version(run.deployment_id)
        return None if known is None else known[position]

    return fact


def _parameters() -> dict[str, object]:
    run = flow_run_here()
    return {} if run is None or run.deployment_id is None else dict(run.parameters)


def _flow_run_id() -> str | None:
    run = flow_run_here()
    return None if run is None else str(run.id)


ATTRIBUTES: dict[str, Callable[[], object]] = {
    "flow_run_id": _flow_run_id,
    "id": _id,
    "name": _fact(0),
    "parameters": _parameters,
    "version": _fact(1),
}

__all__ = sorted(ATTRIBUTES)


def __getattr__(name: str) -> Any:
    return attribute(__name__, ATTRIBUTES, name)


def __dir__() -> list[str]:
    return list(__all__)
