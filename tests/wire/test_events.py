"""Events, the resources they are about, and automations."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from prefect.wire.events.actions import ActionTypes, PauseDeployment, RunDeployment
from prefect.wire.events.automations import Automation, AutomationCreate
from prefect.wire.events.records import Event, EventPage
from prefect.wire.events.resources import RelatedResource, Resource, ResourceSpecification
from prefect.wire.events.triggers import CompoundTrigger, EventTrigger, SequenceTrigger, TriggerTypes
from prefect.wire.filters.events import EventFilter

ID = uuid4()
RUN = {"prefect.resource.id": f"prefect.flow-run.{ID}", "prefect.resource.name": "brave-otter"}
EVENT = {"type": "event", "posture": "Reactive"}


def test_resources() -> None:
    resource = Resource(RUN)
    assert (resource.id, resource.name, resource["prefect.resource.name"]) == (
        RUN["prefect.resource.id"],
        *["brave-otter"] * 2,
    )
    assert "prefect.resource.id" in resource
    assert (len(resource), dict(resource.items())) == (2, RUN)
    assert (list(resource.keys()), list(resource.values())) == (list(RUN), list(RUN.values()))
    assert resource.get("colour", "red") == "red"
    assert resource.has_all_labels({"prefect.resource.name": "brave-otter"})
    assert not resource.has_all_labels({"prefect.resource.name": "other"})
    assert resource.prefect_object_id("prefect.flow-run") == ID
    with pytest.raises(ValueError, match=r"does not start with 'prefect\.flow\.'"):
        resource.prefect_object_id("prefect.flow")
    assert resource.model_dump(mode="json") == RUN


@pytest.mark.parametrize(
    ("cls", "labels", "message"),
    [
        (Resource, {}, r"must include the prefect\.resource\.id label"),
        (Resource, {"prefect.resource.id": ""}, "must be non-empty"),
        (Resource, {"prefect.resource.id": "a", **{str(n): "" for n in range(500)}}, "maximum number of labels"),
        (Resource, {"prefect.resource.id": "a\0"}, "NUL"),
        (RelatedResource, {"prefect.resource.id": "a"}, r"must include the prefect\.resource\.role label"),
    ],
)
def test_resources_that_are_none(cls: type[Resource], labels: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        cls(labels)


@pytest.mark.parametrize(
    ("specification", "matches"),
    [
        ({}, True),
        ({"prefect.resource.id": "prefect.flow-run.*"}, True),
        ({"prefect.resource.id": ["prefect.task-run.*", "prefect.flow-run.*"]}, True),
        ({"prefect.resource.name": "brave-otter"}, True),
        ({"prefect.resource.name": "!brave-otter"}, False),
        ({"prefect.resource.name": ["!calm-*", "!shy-*"]}, True),
        ({"prefect.resource.name": "brave"}, False),
        ({"colour": "*"}, False),
        ({"prefect.resource.id": "prefect.flow-run.*", "colour": "red"}, False),
    ],
)
def test_specifications(specification: dict[str, str | list[str]], matches: bool) -> None:
    wanted = ResourceSpecification(specification)
    assert wanted.matches(Resource(RUN)) is matches
    assert wanted.includes([Resource(RUN)]) is matches


def test_specifications_of_everything() -> None:
    assert ResourceSpecification({"prefect.resource.id": "*"}).matches_every_resource()
    kind = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
    assert kind.matches_every_resource_of_kind("prefect.flow-run")
    assert not kind.matches_every_resource()
    assert ("prefect.resource.id" in kind, len(kind), kind.get("x", ["y"])) == (True, 1, ["y"])


def test_events() -> None:
    fields = {"id": ID, "occurred": "2030-01-01T00:00:00Z", "event": "e", "resource": RUN, "payload": {"a": 1}}
    event = Event.model_validate(fields)
    assert Event.model_validate_json(event.model_dump_json()) == event
    for missing in ("id", "occurred", "event", "resource"):
        with pytest.raises(ValidationError, match=missing):
            Event.model_validate({name: value for name, value in fields.items() if name != missing})
    page = EventPage.model_validate(
        {"events": [{**fields, "received": fields["occurred"]}], "total": 1, "next_page": None}
    )
    assert page.events[0].received == event.occurred


def test_event_filters_look_back_half_a_year() -> None:
    wanted = EventFilter()
    assert timedelta(days=180) <= wanted.occurred.until - wanted.occurred.since <= timedelta(days=181)
    with pytest.raises(ValidationError, match="at most 200"):
        EventFilter(text={"query": "x" * 201})


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"type": "pause-deployment"}, "deployment_id is required"),
        ({"type": "pause-deployment", "source": "inferred", "deployment_id": ID}, "deployment_id is not allowed"),
        ({"type": "pause-work-pool"}, "work_pool_id is required"),
        ({"type": "resume-work-queue"}, "work_queue_id is required"),
        ({"type": "pause-automation"}, "automation_id is required"),
        ({"type": "run-deployment", "deployment_id": ID, "schedule_after": -1}, "must be non-negative"),
        ({"type": "explode"}, "do-nothing"),
        ({}, "type"),
    ],
)
def test_actions_that_make_no_sense(action: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(ActionTypes).validate_python(action)


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ({**EVENT, "within": -1}, "greater than or equal to"),
        ({**EVENT, "posture": "Proactive", "within": 5}, "greater than or equal to 10 seconds"),
        ({**EVENT, "match": {"a": 1}}, "match"),
        ({"type": "compound", "require": 2, "triggers": [EVENT], "within": 5}, "number of triggers"),
        ({"type": "compound", "require": 0, "triggers": [EVENT], "within": 5}, "at least 1"),
        ({"type": "compound", "require": "any", "triggers": [EVENT]}, "within"),
        ({"type": "metric"}, "metric|tag"),
    ],
)
def test_triggers_that_make_no_sense(trigger: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(TriggerTypes).validate_python(trigger)


def test_triggers() -> None:
    read = TypeAdapter(TriggerTypes).validate_python
    assert read({"posture": "Proactive"}).within == timedelta(seconds=10)
    assert isinstance(read({"triggers": [EVENT, EVENT], "within": None}), SequenceTrigger)
    compound = read({"require": "all", "triggers": [EVENT, {"triggers": [EVENT], "within": 1}], "within": 5})
    assert isinstance(compound, CompoundTrigger)
    assert isinstance(compound.triggers[0], EventTrigger)
    assert read(compound) is compound


def test_automations() -> None:
    asked = AutomationCreate(
        name="a",
        trigger={**EVENT, "expect": ["e"], "match": {"prefect.resource.id": "prefect.flow-run.*"}},
        actions=[{"type": "run-deployment", "source": "inferred"}, {"type": "pause-deployment", "deployment_id": ID}],
    )
    assert [type(action) for action in asked.actions] == [RunDeployment, PauseDeployment]
    made = Automation.model_validate({"id": ID, **asked.model_dump(mode="json")})
    assert Automation.model_validate_json(made.model_dump_json()) == made


def test_triggers_within_triggers_end() -> None:
    trigger: dict[str, object] = EVENT
    for _ in range(60):
        trigger = {"type": "sequence", "triggers": [trigger], "within": 5}
    with pytest.raises(ValidationError, match="deeper than 100"):
        AutomationCreate.model_validate({"name": "a", "trigger": trigger, "actions": []})
