"""What automations do."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import JsonObject, Prose, Seconds, Shape, Text


def _not_negative(delay: timedelta) -> timedelta:
    if delay < timedelta(0):
        raise ValueError("schedule_after must be non-negative")
    return delay


class Action(Shape):
    """Something that an automation does."""

    type: str


class Chosen(Action):
    """An action on something: what is `selected` by its id, or `inferred` from the event."""

    source: Literal["selected", "inferred"] = "selected"

    _selected: ClassVar[str]
    """The field that holds the id."""

    @model_validator(mode="after")
    def _has_an_id_if_selected(self) -> Self:
        chosen = getattr(self, self._selected)
        if (self.source == "selected") != (chosen is not None):
            raise ValueError(f"{self._selected} is {'required' if chosen is None else 'not allowed'}")
        return self


class DeploymentAction(Chosen):
    """An action on a deployment."""

    _selected: ClassVar[str] = "deployment_id"
    deployment_id: UUID | None = None


class WorkQueueAction(Chosen):
    """An action on a work queue."""

    _selected: ClassVar[str] = "work_queue_id"
    work_queue_id: UUID | None = None


class AutomationAction(Chosen):
    """An action on an automation."""

    _selected: ClassVar[str] = "automation_id"
    automation_id: UUID | None = None


class WorkPoolAction(Chosen):
    """An action on a work pool."""

    _selected: ClassVar[str] = "work_pool_id"
    work_pool_id: UUID | None = None


class DoNothing(Action):
    """Do nothing."""

    type: Literal["do-nothing"] = "do-nothing"


class RunDeployment(DeploymentAction):
    """Run a deployment."""

    type: Literal["run-deployment"] = "run-deployment"
    job_variables: JsonObject | None = None
    parameters: JsonObject | None = None
    schedule_after: Annotated[Seconds, AfterValidator(_not_negative)] = Field(
        default=timedelta(0), json_schema_extra={"default": 0.0}
    )


class PauseDeployment(DeploymentAction):
    """Pause a deployment."""

    type: Literal["pause-deployment"] = "pause-deployment"


class ResumeDeployment(DeploymentAction):
    """Resume a deployment."""

    type: Literal["resume-deployment"] = "resume-deployment"


class CancelFlowRun(Action):
    """Cancel the flow run that the event is about."""

    type: Literal["cancel-flow-run"] = "cancel-flow-run"


class DeleteFlowRun(Action):
    """Delete the flow run that the event is about."""

    type: Literal["delete-flow-run"] = "delete-flow-run"


class ChangeFlowRunState(Action):
    """Put the flow run that the event is about into a state."""

    type: Literal["change-flow-run-state"] = "change-flow-run-state"
    name: Text | None = None
    force: bool = False
    message: Prose | None = None
    state: StateType


class PauseWorkQueue(WorkQueueAction):
    """Pause a work queue."""

    type: Literal["pause-work-queue"] = "pause-work-queue"


class ResumeWorkQueue(WorkQueueAction):
    """Resume a work queue."""

    type: Literal["resume-work-queue"] = "resume-work-queue"


class SendNotification(Action):
    """Send a message through a notification block."""

    type: Literal["send-notification"] = "send-notification"
    block_document_id: UUID
    body: Text
    subject: Text = "Prefect automated notification"


class CallWebhook(Action):
    """Call a webhook block."""

    type: Literal["call-webhook"] = "call-webhook"
    block_document_id: UUID
    payload: Text = ""


class PauseAutomation(AutomationAction):
    """Pause an automation."""

    type: Literal["pause-automation"] = "pause-automation"


class ResumeAutomation(AutomationAction):
    """Resume an automation."""

    type: Literal["resume-automation"] = "resume-automation"


class SuspendFlowRun(Action):
    """Suspend the flow run that the event is about."""

    type: Literal["suspend-flow-run"] = "suspend-flow-run"


class ResumeFlowRun(Action):
    """Resume the flow run that the event is about."""

    type: Literal["resume-flow-run"] = "resume-flow-run"


class PauseWorkPool(WorkPoolAction):
    """Pause a work pool."""

    type: Literal["pause-work-pool"] = "pause-work-pool"


class ResumeWorkPool(WorkPoolAction):
    """Resume a work pool."""

    type: Literal["resume-work-pool"] = "resume-work-pool"


ActionTypes = Annotated[
    DoNothing
    | RunDeployment
    | PauseDeployment
    | ResumeDeployment
    | CancelFlowRun
    | DeleteFlowRun
    | ChangeFlowRunState
    | PauseWorkQueue
    | ResumeWorkQueue
    | SendNotification
    | CallWebhook
    | PauseAutomation
    | ResumeAutomation
    | SuspendFlowRun
    | ResumeFlowRun
    | PauseWorkPool
    | ResumeWorkPool,
    Field(discriminator="type"),
]
