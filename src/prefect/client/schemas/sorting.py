"""In which order records are returned."""

from __future__ import annotations

from prefect.wire.cloud import DeploymentSort
from prefect.wire.filters.sorting import (
    ArtifactCollectionSort,
    ArtifactSort,
    AutomationSort,
    BlockDocumentSort,
    FlowRunSort,
    FlowSort,
    LogSort,
    TaskRunSort,
    VariableSort,
)

__all__ = [
    "ArtifactCollectionSort",
    "ArtifactSort",
    "AutomationSort",
    "BlockDocumentSort",
    "DeploymentSort",
    "FlowRunSort",
    "FlowSort",
    "LogSort",
    "TaskRunSort",
    "VariableSort",
]
