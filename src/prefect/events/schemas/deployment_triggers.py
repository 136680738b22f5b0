"""Triggers of deployments: when this happens, run the deployment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import PrivateAttr

from prefect.events.schemas.automations import (
    AutomationCore,
    CompoundTrigger,
    EventTrigger,
    MetricTrigger,
    SequenceTrigger,
    TriggerTypes,
)
from prefect.exceptions import PrefectException
from prefect.wire.base import Seconds, Shape
from prefect.wire.events.actions import RunDeployment

__all__ = [
    "BaseDeploymentTrigger",
    "DeploymentCompoundTrigger",
    "DeploymentEventTrigger",
    "DeploymentMetricTrigger",
    "DeploymentSequenceTrigger",
    "DeploymentTriggerTypes",
]


class BaseDeploymentTrigger(Shape):
    """What the triggers of a deployment have in common."""

    name: str | None = None
    description: str = ""
    enabled: bool = True
    parameters: dict[str, Any] | None = None
    job_variables: dict[str, Any] | None = None
    schedule_after: Seconds = timedelta(0)
    _deployment_id: UUID | None = PrivateAttr(default=None)

    def set_deployment_id(self, deployment_id: UUID) -> None:
        """Say which deployment is to be run."""
        self._deployment_id = deployment_id

    @property
    def _deployment(self) -> UUID:
        if self._deployment_id is None:
            raise PrefectException("This trigger belongs to no deployment yet; call set_deployment_id first.")
        return self._deployment_id

    def owner_resource(self) -> str:
        """The deployment, as a resource."""
        return f"prefect.deployment.{self._deployment}"

    def actions(self) -> list[RunDeployment]:
        """What is done: the deployment is run."""
        return [
            RunDeployment(
                source="selected",
                deployment_id=self._deployment,
                parameters=self.parameters,
                job_variables=self.job_variables,
                schedule_after=self.schedule_after,
            )
        ]

    def as_automation(self) -> AutomationCore:
        """The automation that this amounts to."""
        own = set(BaseDeploymentTrigger.model_fields)
        given = {
            "name": self.name or f"Automation for deployment {self._deployment}",
            "description": self.description,
            "enabled": self.enabled,
            "trigger": self.model_dump(mode="json", exclude=own),
            "actions": self.actions(),
            "owner_resource": self.owner_resource(),
        }
        return AutomationCore.model_validate(given)


class DeploymentEventTrigger(BaseDeploymentTrigger, EventTrigger):
    """Events that are, or are not, seen so often within a time."""

    posture: Literal["Reactive", "Proactive"] = "Reactive"


class DeploymentMetricTrigger(BaseDeploymentTrigger, MetricTrigger):
    """A measure that goes beyond a threshold."""


class DeploymentCompoundTrigger(BaseDeploymentTrigger, CompoundTrigger):
    """Several triggers, of which any, all or so many fire within a time."""

    triggers: list[TriggerTypes]
    within: Seconds | None = None


class DeploymentSequenceTrigger(BaseDeploymentTrigger, SequenceTrigger):
    """Several triggers that fire within a time, in order."""

    triggers: list[TriggerTypes]
    within: Seconds | None = None


DeploymentTriggerTypes = (
    DeploymentEventTrigger | DeploymentMetricTrigger | DeploymentCompoundTrigger | DeploymentSequenceTrigger
)
