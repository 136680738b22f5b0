"""Automations: when this happens, do that."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from prefect.wire.base import Record, Request, Shape, Text, storable
from prefect.wire.events.actions import ActionTypes
from prefect.wire.events.triggers import TriggerTypes


class AutomationCore(Shape):
    """What an automation is: a trigger, and what to do when it fires."""

    name: Text
    description: Text = ""
    enabled: bool = True
    tags: list[Text] = Field(default_factory=list)
    trigger: Annotated[TriggerTypes, BeforeValidator(storable)]
    actions: list[ActionTypes]
    actions_on_trigger: list[ActionTypes] = Field(default_factory=list)
    actions_on_resolve: list[ActionTypes] = Field(default_factory=list)


class AutomationCreate(AutomationCore, Request):
    """An automation to be made."""

    owner_resource: Text | None = None


class AutomationUpdate(AutomationCore, Request):
    """What an automation is to be."""


class AutomationPartialUpdate(Request):
    """Whether an automation is to act."""

    enabled: bool = True


class Automation(AutomationCore, Record):
    """When this happens, do that."""
