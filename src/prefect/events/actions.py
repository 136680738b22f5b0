"""What automations do."""

from __future__ import annotations

from typing import Literal

from prefect.wire.events.actions import (
    Action,
    ActionTypes,
    AutomationAction,
    CallWebhook,
    CancelFlowRun,
    ChangeFlowRunState,
    DeleteFlowRun,
    DeploymentAction,
    DoNothing,
    PauseAutomation,
    PauseDeployment,
    PauseWorkPool,
    PauseWorkQueue,
    ResumeAutomation,
    ResumeDeployment,
    ResumeFlowRun,
    ResumeWorkPool,
    ResumeWorkQueue,
    RunDeployment,
    SendNotification,
    SuspendFlowRun,
    WorkPoolAction,
    WorkQueueAction,
)


class DeclareIncident(Action):
    """Declare an incident; Prefect Cloud has those, a server has not."""

    type: Literal["declare-incident"] = "declare-incident"


__all__ = [
    "Action",
    "ActionTypes",
    "AutomationAction",
    "CallWebhook",
    "CancelFlowRun",
    "ChangeFlowRunState",
    "DeclareIncident",
    "DeleteFlowRun",
    "DeploymentAction",
    "DoNothing",
    "PauseAutomation",
    "PauseDeployment",
    "PauseWorkPool",
    "PauseWorkQueue",
    "ResumeAutomation",
    "ResumeDeployment",
    "ResumeFlowRun",
    "ResumeWorkPool",
    "ResumeWorkQueue",
    "RunDeployment",
    "SendNotification",
    "SuspendFlowRun",
    "WorkPoolAction",
    "WorkQueueAction",
]
