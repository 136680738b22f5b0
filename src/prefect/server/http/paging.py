"""Limits and pages of lists, and filters as the reading door takes them."""

from __future__ import annotations

from pydantic import BaseModel

from prefect.server.http.answers import Json
from prefect.server.http.calls import AnyCall
from prefect.server.http.errors import Refusal

FILTERS = ("flows", "flow_runs", "task_runs", "deployments", "work_pools", "work_pool_queues", "work_queues")


def limit_of(call: AnyCall, given: int | None) -> int:
    """How many rows to answer. Raises Refusal (422) for more than the server's page holds."""
    most: int = call.world.options.default_limit
    if given is None:
        return most
    if given < 0:
        raise Refusal(422, "Invalid limit: must be greater than or equal to 0.")
    if given > most:
        raise Refusal(422, f"Invalid limit: must be less than or equal to {most}.")
    return given


def filters_of(body: BaseModel) -> Json:
    """The filters in a body, as plain mappings by what they are about."""
    given = ((name, getattr(body, name, None)) for name in FILTERS)
    return {name: plain(value) for name, value in given if value is not None}


def plain(value: BaseModel) -> Json:
    """A filter as a mapping, without what it leaves open."""
    return value.model_dump(exclude_none=True)
