"""Emitting events and looking at them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from prefect import flow, task
from prefect.connect import current_runtime
from prefect.events import DeploymentCompoundTrigger, DeploymentEventTrigger, Event, emit_event
from prefect.events.clients import AssertingEventsClient, NullEventsClient, get_events_client
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.events.related import object_as_related_resource, tags_as_related_resources
from prefect.events.schemas.labelling import LabelDiver
from prefect.settings import PREFECT_HOME, temporary_settings


@pytest.fixture(autouse=True)
def _home(tmp_path: Path) -> Iterator[None]:
    with temporary_settings({PREFECT_HOME: str(tmp_path)}):
        yield


def made(**given: Any) -> Event:
    """An event, of plain values."""
    return Event(**given)


def recorded(name: str) -> list[dict[str, Any]]:
    """The events of a name on record."""
    sql = "SELECT id, resource, related, payload, follows FROM event WHERE name = ? ORDER BY occurred, id"
    backend = current_runtime().backend
    backend.flush()
    rows = backend.store.read(lambda tx: tx.all(sql, (name,)))  # type: ignore[attr-defined]
    return [
        {
            "id": UUID(bytes=row[0]),
            "resource": json.loads(row[1]),
            "related": json.loads(row[2]),
            "payload": json.loads(row[3]),
            "follows": None if row[4] is None else UUID(bytes=row[4]),
        }
        for row in rows
    ]


def test_an_event_is_on_record_when_it_has_been_emitted() -> None:
    part = {"prefect.resource.id": "b", "prefect.resource.role": "part"}
    first = emit_event("thing.made", {"prefect.resource.id": "a"}, payload={"n": 1}, related=[part])
    emit_event("thing.sold", {"prefect.resource.id": "a"}, follows=first)
    late = first.occurred + timedelta(hours=1)
    emit_event("thing.lost", {"prefect.resource.id": "a"}, follows=first, occurred=late)
    (first_made,), (sold,), (lost,) = recorded("thing.made"), recorded("thing.sold"), recorded("thing.lost")
    assert first_made == {"id": first.id, "resource": {"prefect.resource.id": "a"}, "related": [part], "payload": {"n": 1},
                    "follows": None}  # fmt: skip
    assert (sold["follows"], lost["follows"]) == (first.id, None)


def test_an_event_of_a_run_says_of_which() -> None:
    @task(tags=["t"])
    def work() -> None:
        emit_event("from.task", {"prefect.resource.id": "a"})

    @flow(name="shop")
    def shop() -> None:
        emit_event("from.flow", {"prefect.resource.id": "a"})
        work()

    shop()
    (of_flow,), (of_task,) = recorded("from.flow"), recorded("from.task")
    assert [labels["prefect.resource.role"] for labels in of_flow["related"]] == ["flow-run", "flow"]
    assert of_flow["related"][1]["prefect.resource.name"] == "shop"
    roles = [labels["prefect.resource.role"] for labels in of_task["related"]]
    assert roles == ["flow-run", "task-run", "flow", "tag"]
    assert of_task["related"][3]["prefect.resource.id"] == "prefect.tag.t"


def test_a_flow_that_runs_leaves_its_events() -> None:
    @flow
    def quick() -> None: ...

    quick()
    names = [f"prefect.flow-run.{name}" for name in ("Pending", "Running", "Completed")]
    events = [recorded(name)[0] for name in names]
    assert [event["follows"] for event in events] == [None, events[0]["id"], events[1]["id"]]


def test_what_cannot_be_an_event_is_an_error() -> None:
    with pytest.raises(ValidationError, match=r"prefect\.resource\.id"):
        emit_event("x", {"name": "without an id"})


def test_an_event_answers_questions() -> None:
    related = [{"prefect.resource.id": "b", "prefect.resource.role": "r", "m": "2"},
               {"prefect.resource.id": "c", "prefect.resource.role": "r"}]  # fmt: skip
    event = made(event="x", resource={"prefect.resource.id": "a", "l": "1"}, related=related)
    assert abs(event.occurred - datetime.now(UTC)) < timedelta(seconds=10)
    assert event.find_resource_label("l") == "1"
    assert event.find_resource_label("related:r:m") == "2"
    assert event.find_resource_label("related:s:m") is None
    assert [one.id for one in event.involved_resources] == ["a", "b", "c"]
    assert event.resource_in_role["r"].id == "b"
    assert [one.id for one in event.resources_in_role["r"]] == ["b", "c"]
    assert event.size_bytes > 100
    wanted = EventFilter(event=EventNameFilter(prefix=["x"]))
    assert wanted.includes(event)
    assert EventFilter(event=EventNameFilter(name=["y"])).excludes(event)


def test_labels_read_as_attributes() -> None:
    labels = LabelDiver({"prefect.resource.id": "a", "prefect.resource": "b"})
    assert (str(labels.prefect.resource.id), str(labels.prefect.resource)) == ("a", "b")
    assert len(labels.prefect.resource) == 1
    with pytest.raises(AttributeError, match="no label 'nothing'"):
        _ = labels.nothing


async def test_clients_emit_within_their_context() -> None:
    event = made(event="from.client", resource={"prefect.resource.id": "a"})
    async with AssertingEventsClient() as keeping, NullEventsClient() as null, get_events_client() as client:
        for one in (keeping, null, client):
            await one.emit(event)
        assert keeping.pop_events() == [event]
        assert keeping.pop_events() == []
    AssertingEventsClient.reset()
    assert [one["id"] for one in recorded("from.client")] == [event.id]
    with pytest.raises(TypeError, match="context manager"):
        await null.emit(event)


def test_related_resources() -> None:
    class Thing:
        id = UUID(int=1)
        name = "n"

    assert [one.id for one in tags_as_related_resources(["b", "a"])] == ["prefect.tag.a", "prefect.tag.b"]
    thing = object_as_related_resource("flow", "flow", Thing())
    assert (thing.id, thing.role, thing.name) == (f"prefect.flow.{UUID(int=1)}", "flow", "n")


def test_a_trigger_of_a_deployment_is_an_automation() -> None:
    trigger = DeploymentEventTrigger(expect={"a"}, parameters={"x": 1}, name="n")
    with pytest.raises(Exception, match="set_deployment_id"):
        trigger.as_automation()
    trigger.set_deployment_id(UUID(int=5))
    automation = trigger.as_automation()
    assert automation.owner_resource == f"prefect.deployment.{UUID(int=5)}"
    assert automation.trigger.type == "event"
    (action,) = automation.model_dump(mode="json")["actions"]
    assert (action["type"], action["parameters"]) == ("run-deployment", {"x": 1})
    given: Any = {
        "require": "all",
        "within": 5,
        "triggers": [{"type": "event", "expect": ["a"], "posture": "Reactive"}],
    }
    both = DeploymentCompoundTrigger(**given)
    both.set_deployment_id(UUID(int=5))
    automated = both.as_automation().model_dump(mode="json")
    assert automated["name"] == f"Automation for deployment {UUID(int=5)}"
    assert (automated["trigger"]["type"], automated["trigger"]["within"]) == ("compound", 5.0)
