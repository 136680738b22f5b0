"""Filters that go together."""

from __future__ import annotations

from pydantic import Field

from prefect.wire.base import Shape
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.task_runs import TaskRunFilter


class FilterSet(Shape):
    """A filter for each of the resources that belong to one another."""

    flows: FlowFilter = Field(default_factory=FlowFilter)
    flow_runs: FlowRunFilter = Field(default_factory=FlowRunFilter)
    task_runs: TaskRunFilter = Field(default_factory=TaskRunFilter)
    deployments: DeploymentFilter = Field(default_factory=DeploymentFilter)
