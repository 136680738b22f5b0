"""What users import from `prefect.client.schemas`, against Prefect 3.8.8: every class and every field."""

from __future__ import annotations

import inspect
import json
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest

FACTS: dict[str, dict[str, object]] = json.loads(Path(__file__).with_name("prefect_3_8_8.json").read_text())

MISSING = {
    "ResultRecordMetadata": "a result's reference is a plain object in JSON; its class belongs to `prefect.results`",
    "data_discriminator": "how pydantic tells what a state's data is; no one calls it",
}
METHODS = {
    "objects": {
        "FlowRunInput": ["decoded_value"],
        "WorkPool": ["is_managed_pool", "is_push_pool"],
        "WorkQueueHealthPolicy": ["evaluate_health_status"],
        "Workspace": ["api_url", "handle", "ui_url"],
    },
    "actions": {
        "BlockTypeUpdate": ["updatable_fields"],
        "DeploymentCreate": ["check_valid_configuration"],
        "DeploymentScheduleCreate": ["from_schedule"],
        "DeploymentUpdate": ["check_valid_configuration"],
    },
    "responses": {"DeploymentResponse": ["as_related_resource"]},
    "schedules": {"RRuleSchedule": ["from_rrule", "to_rrule"]},
}
NAMES = [(module, name) for module, names in FACTS.items() for name in names if name not in MISSING]


def fields_of(cls: type) -> set[str]:
    if hasattr(cls, "model_fields"):
        return set(cls.model_fields)
    return set(inspect.signature(cls).parameters) | set(getattr(cls, "DEFAULTS", ()))


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_name(module: str, name: str) -> None:
    fact = FACTS[module][name]
    ours = getattr(import_module(module), name)
    if isinstance(fact, list):
        assert set(fact) - fields_of(ours) == set()
    elif inspect.isfunction(ours):
        assert {"arguments": [*inspect.signature(ours).parameters]} == fact
    else:
        assert issubclass(ours, Enum)
        assert {member.name: member.value for member in ours} == fact


@pytest.mark.parametrize(
    ("module", "name", "method"),
    [(module, name, method) for module, names in METHODS.items() for name, all_ in names.items() for method in all_],
)
def test_method(module: str, name: str, method: str) -> None:
    assert hasattr(getattr(import_module(f"prefect.client.schemas.{module}"), name), method)


def test_what_is_missing_is_missing() -> None:
    assert not [
        name for module, names in FACTS.items() for name in names
        if name in MISSING and hasattr(import_module(module), name)
    ]  # fmt: skip


@pytest.mark.parametrize("module", FACTS)
def test_public_names_are_listed(module: str) -> None:
    loaded = import_module(module)
    assert all(hasattr(loaded, name) for name in loaded.__all__)
    assert set(FACTS[module]) - set(MISSING) - set(loaded.__all__) - {"RelatedResource", "ReceivedEvent"} == set()
