"""The picture of a flow run: what ran in it, and what waited for what."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import Json, Moment, Seconds, Shape, Text
from prefect.wire.run_inputs import TaskRunResult
from prefect.wire.states import HeldState


class DependencyResult(Shape):
    """A task run, and the task runs whose results it took."""

    id: UUID
    name: Text
    end_time: Moment | None
    estimated_run_time: Seconds | None
    expected_start_time: Moment | None
    start_time: Moment | None
    state: HeldState | None
    total_run_time: Seconds | None
    untrackable_result: bool
    upstream_dependencies: list[TaskRunResult]


class Edge(Shape):
    """A neighbour in the graph."""

    id: UUID


class GraphState(Shape):
    """A state that the flow run was in."""

    type: StateType
    id: UUID
    name: Text
    timestamp: Moment


class GraphArtifact(Shape):
    """An artifact that was made."""

    type: Text | None
    id: UUID
    created: Moment
    data: Json
    is_latest: bool
    key: Text | None


class Node(Shape):
    """A task run or a subflow run."""

    id: UUID
    artifacts: list[GraphArtifact]
    children: list[Edge]
    encapsulating: list[Edge]
    end_time: Moment | None
    kind: Literal["flow-run", "task-run"]
    label: Text
    parents: list[Edge]
    start_time: Moment
    state_type: StateType


class Graph(Shape):
    """What ran in a flow run."""

    artifacts: list[GraphArtifact]
    end_time: Moment | None
    nodes: list[tuple[UUID, Node]]
    root_node_ids: list[UUID]
    start_time: Moment | None
    states: list[GraphState]
