"""What the API answers beyond records: decisions, summaries, history."""

from __future__ import annotations

from prefect.wire.cloud import DeploymentResponse
from prefect.wire.flow_runs import CreatedBy, FlowRunResponse, UpdatedBy
from prefect.wire.objects.limits import (
    ConcurrencyLimitWithLeaseResponse,
    GlobalConcurrencyLimitResponse,
    MinimalConcurrencyLimitResponse,
)
from prefect.wire.states import (
    HistoryResponse,
    HistoryResponseState,
    OrchestrationResult,
    SetStateStatus,
    StateAbortDetails,
    StateAcceptDetails,
    StateRejectDetails,
    StateResponseDetails,
    StateWaitDetails,
)
from prefect.wire.work.occupancy import (
    FlowRunSlotSummary,
    WorkPoolConcurrencyStatus,
    WorkQueueConcurrencyStatus,
    WorkQueueConcurrencyStatusDetail,
)
from prefect.wire.work.workers import WorkerFlowRunResponse

__all__ = [
    "ConcurrencyLimitWithLeaseResponse",
    "CreatedBy",
    "DeploymentResponse",
    "FlowRunResponse",
    "FlowRunSlotSummary",
    "GlobalConcurrencyLimitResponse",
    "HistoryResponse",
    "HistoryResponseState",
    "MinimalConcurrencyLimitResponse",
    "OrchestrationResult",
    "SetStateStatus",
    "StateAbortDetails",
    "StateAcceptDetails",
    "StateRejectDetails",
    "StateResponseDetails",
    "StateWaitDetails",
    "UpdatedBy",
    "WorkPoolConcurrencyStatus",
    "WorkQueueConcurrencyStatus",
    "WorkQueueConcurrencyStatusDetail",
    "WorkerFlowRunResponse",
]
