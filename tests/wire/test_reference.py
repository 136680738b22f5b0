"""The shapes against those of Prefect 3.8.8: every route's body and reply, field by field.

`prefect_3_8_8.json` holds the facts: each route's schemas, without prose. What differs stands in `KNOWN`, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from prefect.wire.bodies import BODIES
from prefect.wire.replies import REPLIES

Schema = dict[str, Any]

REFERENCE = json.loads(Path(__file__).with_name("prefect_3_8_8.json").read_text())
COMPARED = (
    "type",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "uniqueItems",
)

NULL_FILTER = "a filter may be null in a body there as well, its clients send it so; only the document doesn't say it"
LABELS = "null is read as none, and never answered"
ALWAYS_THERE = "a server's record always has it; the document there says so of every record but this"

KNOWN: dict[str, str] = {
    "Artifact.created: required False != True": ALWAYS_THERE,
    "Artifact.id: required False != True": ALWAYS_THERE,
    "Artifact.updated: required False != True": ALWAYS_THERE,
    "ArtifactCollectionFilter: may be null: False != True": NULL_FILTER,
    "ArtifactFilter: may be null: False != True": NULL_FILTER,
    "DeploymentFilter: may be null: False != True": NULL_FILTER,
    "FlowFilter: may be null: False != True": NULL_FILTER,
    "FlowRunFilter: may be null: False != True": NULL_FILTER,
    "TaskRunFilter: may be null: False != True": NULL_FILTER,
    "WorkPoolFilter: may be null: False != True": NULL_FILTER,
    "WorkQueueFilter: may be null: False != True": NULL_FILTER,
    "Flow.labels: may be null: True != False": LABELS,
    "FlowRun.labels: may be null: True != False": LABELS,
    "TaskRun.labels: may be null: True != False": LABELS,
    "UITaskRun.labels: may be null: True != False": LABELS,
    "FlowRun.work_pool_id: only ours": "one class for workers and for everybody else; a worker is told its pool as well",
    "FlowRun.work_pool_name: only ours": "one class for workers and for everybody else; a worker is told its pool as well",
    "WorkQueue.active_slots: only ours": "one class for all routes of queues",
    "WorkQueue.status: only ours": "one class for all routes of queues",
    "WorkQueue.work_pool_name: only ours": "one class for all routes of queues",
    "State.id: required True != False": "a state read without an id is given one, by the client as there",
    "FlowRunOrchestrationResult.state: required False != True": "null is always said, as for a single run",
    "DeploymentStatus: values ['READY', 'NOT_READY'] != ['READY', 'NOT_READY', 'DISABLED']": "clients know a third",
    "DeploymentSchedule.schedule: 3 alternatives != 4": "clients say NoSchedule; it matches only no field at all",
    "DeploymentScheduleCreate.schedule: 3 alternatives != 4": "clients say NoSchedule; it matches only no field at all",
    "DeploymentScheduleUpdate.schedule: 3 alternatives != 4": "clients say NoSchedule; it matches only no field at all",
    "EventTrigger.match: 2 alternatives != 1": "two alternatives there are the same",
    "EventTrigger.match_related: 3 alternatives != 2": "two alternatives there are the same",
    "RunDeployment.schedule_after: default None != 0.0": "a default that there is computed, and so not in the document",
    "Body_bulk_decrement_active_slots_v2_concurrency_limits_decrement_post.create_if_missing: may be null: False != True": (
        "no longer used there; whatever is sent is taken"
    ),
    "Body_filter_flow_run_input_flow_runs__id__input_filter_post.exclude_keys: default [] != None": "made by a factory",
    "Body_filter_flow_run_input_flow_runs__id__input_filter_post.limit: minimum None != 0": "-1 means all to SQLite alone",
}


class Comparison:
    """Walks two schemas side by side and notes, by place, what differs."""

    def __init__(self, ours: Schema) -> None:
        self.definitions = ours.get("$defs", {})
        self.walked: set[str] = set()

    def theirs(self, schema: Schema) -> tuple[str | None, Schema]:
        if "$ref" not in schema:
            return None, schema
        name = schema["$ref"].rsplit("/", 1)[-1]
        return name, REFERENCE["schemas"][name]

    def ours(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            found: Schema = self.definitions[schema["$ref"].rsplit("/", 1)[-1]]
            return found
        return schema

    def compare(self, place: str, theirs: Schema, ours: Schema) -> Iterator[str]:
        name, their = self.theirs(theirs)
        our = self.ours(ours)
        if name is not None:
            if name in self.walked:
                return
            self.walked.add(name)
            place = name
        if _parts(their) or _parts(our):
            yield from self._alternatives(place, their, our)
            return
        if _values(their) != _values(our):
            yield f"{place}: values {_values(their)} != {_values(our)}"
        for key in COMPARED:
            if key == "format" and their.get(key) == "time-delta":
                continue
            if _plain(their.get(key)) != _plain(our.get(key)):
                yield f"{place}: {key} {their.get(key)!r} != {our.get(key)!r}"
        if their.get("type") == "array":
            yield from self._items(place, their, our)
        if their.get("type") == "object":
            yield from self._object(place, their, our)

    def _items(self, place: str, their: Schema, our: Schema) -> Iterator[str]:
        for index, part in enumerate(their.get("prefixItems", ())):
            yield from self.compare(f"{place}[{index}]", part, our["prefixItems"][index])
        if "items" in their and "items" in our:
            yield from self.compare(f"{place}[]", their["items"], our["items"])

    def _object(self, place: str, their: Schema, our: Schema) -> Iterator[str]:
        closed = (their.get("additionalProperties") is False, our.get("additionalProperties") is False)
        if closed[0] != closed[1]:
            yield f"{place}: refuses unknown fields: {closed[0]} != {closed[1]}"
        names, own = their.get("properties", {}), our.get("properties", {})
        for field in sorted(names.keys() ^ own.keys()):
            yield f"{place}.{field}: only {'theirs' if field in names else 'ours'}"
        required, own_required = set(their.get("required", ())), set(our.get("required", ()))
        for field in sorted(names.keys() & own.keys()):
            if (field in required) != (field in own_required):
                yield f"{place}.{field}: required {field in required} != {field in own_required}"
            if field not in required and names[field].get("default") != own[field].get("default"):
                yield f"{place}.{field}: default {names[field].get('default')!r} != {own[field].get('default')!r}"
            yield from self.compare(f"{place}.{field}", names[field], own[field])
        values, own_values = their.get("additionalProperties"), our.get("additionalProperties")
        if isinstance(values, dict) and isinstance(own_values, dict):
            yield from self.compare(f"{place}{{}}", values, own_values)

    def _alternatives(self, place: str, their: Schema, our: Schema) -> Iterator[str]:
        parts, own = _parts(their) or [their], _parts(our) or [our]
        if _anything(parts) or _anything(own):
            if _anything(parts) != _anything(own):
                yield f"{place}: anything goes: {_anything(parts)} != {_anything(own)}"
            return
        if _null(parts) != _null(own):
            yield f"{place}: may be null: {_null(parts)} != {_null(own)}"
        parts = [part for part in parts if part.get("type") != "null"]
        own = [part for part in own if part.get("type") != "null"]
        if len(parts) != len(own):
            yield f"{place}: {len(parts)} alternatives != {len(own)}"
            return
        for part, mine in zip(sorted(parts, key=self._rank), sorted(own, key=self._rank), strict=True):
            yield from self.compare(place, part, mine)

    def _rank(self, schema: Schema) -> str:
        """Something to sort alternatives by, the same on both sides."""
        resolved = REFERENCE["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1]) if "components" in str(
            schema.get("$ref")) else self.ours(schema)  # fmt: skip
        fields = resolved.get("properties", {})
        kind = fields.get("type", fields.get("input_type", {})).get("const", "")
        return f"{resolved.get('type')} {kind} {sorted(fields)} {resolved.get('items', {}).get('type')}"


def _parts(schema: Schema) -> list[Schema]:
    found: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
    return [inner for part in found for inner in (_parts(part) or [part])]


def _null(parts: list[Schema]) -> bool:
    return any(part.get("type") == "null" for part in parts)


def _anything(parts: list[Schema]) -> bool:
    return any(not part.keys() - {"default", "title"} for part in parts)


def _values(schema: Schema) -> list[object]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _plain(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def differences() -> Iterator[str]:
    for route, facts in REFERENCE["routes"].items():
        method, path = route.split(" ", 1)
        if facts["body"] is not None:
            schema = TypeAdapter(BODIES[method, path]).json_schema()
            yield from Comparison(schema).compare(f"{route} body", facts["body"], schema)
        for reply in facts["reply"].values():
            if reply is not None:
                schema = TypeAdapter(REPLIES[method, path][1]).json_schema(mode="serialization")
                yield from Comparison(schema).compare(f"{route} reply", reply, schema)


def test_every_route_is_there() -> None:
    routes = {tuple(route.split(" ", 1)): facts for route, facts in REFERENCE["routes"].items()}
    assert set(BODIES) == {route for route, facts in routes.items() if facts["body"] is not None}
    assert set(REPLIES) == set(routes)
    for route, facts in routes.items():
        assert str(REPLIES[route][0]) in facts["reply"]


def test_every_shape_is_prefects_but_for_what_is_known() -> None:
    found = set(differences())
    assert sorted(found - set(KNOWN)) == []
    assert sorted(set(KNOWN) - found) == [], "these no longer differ"


@pytest.mark.parametrize("place", sorted(KNOWN))
def test_every_difference_has_a_reason(place: str) -> None:
    assert len(KNOWN[place]) > 10
