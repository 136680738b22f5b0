"""What fields are made of: only what a database holds passes, and the field is named."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import Field, ValidationError

from prefect.wire.base import (
    Body,
    Integer,
    Json,
    JsonObject,
    Labels,
    Moment,
    Name,
    PageLimit,
    PositiveInteger,
    Prose,
    Record,
    Request,
    Seconds,
    Text,
)


class Everything(Request):
    integer: Integer = 0
    positive: PositiveInteger = 1
    number: float = 0.0
    moment: Moment = datetime(2030, 1, 1, tzinfo=UTC)
    span: Seconds = timedelta(0)
    text: Text = ""
    prose: Prose = ""
    name: Name = "x"
    json_: Json = None
    parameters: JsonObject = Field(default_factory=dict)
    labels: Labels = Field(default_factory=dict)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("integer", 2**63, "less than or equal to"),
        ("integer", -(2**63) - 1, "greater than or equal to"),
        ("integer", 1.5, "integer"),
        ("positive", 0, "greater than 0"),
        ("number", float("nan"), "finite"),
        ("number", float("inf"), "finite"),
        ("moment", "0001-01-01T00:00:00+05:00", "years 1 to 9999"),
        ("moment", "9999-12-31T23:00:00-05:00", "years 1 to 9999"),
        ("moment", "yesterday", "datetime"),
        ("span", float("inf"), "timedelta"),
        ("text", "a\0b", "NUL"),
        ("name", "a\0b", "NUL"),
        ("name", "a/b", "pattern"),
        ("json_", {"x": [1, float("nan")]}, "NaN"),
        ("json_", nested(101), "deeper than 100"),
        ("parameters", {"x": float("-inf")}, "NaN or infinite"),
        ("parameters", {"x": nested(100)}, "deeper than 100"),
        ("parameters", [], "dictionary"),
        ("labels", {"x": {}}, "labels"),
    ],
)
def test_what_no_database_holds_is_refused_by_name(field: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        Everything.model_validate({field: value})
    assert refused.value.errors()[0]["loc"][0] == field


@pytest.mark.parametrize(
    ("field", "value", "held"),
    [
        ("integer", -(2**63), -(2**63)),
        ("integer", "5", 5),
        ("moment", "2030-01-01T02:00:00+02:00", datetime(2030, 1, 1, tzinfo=UTC)),
        ("moment", "2030-01-01T00:00:00", datetime(2030, 1, 1, tzinfo=UTC)),
        ("span", 1.5, timedelta(seconds=1.5)),
        ("prose", "a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("json_", nested(100), nested(100)),
        ("json_", 2**80, 2**80),
        ("parameters", {"an object": object}, {"an object": object}),
        ("labels", None, {}),
        ("labels", {"a": True, "b": 1, "c": 1.5, "d": "x"}, {"a": True, "b": 1, "c": 1.5, "d": "x"}),
    ],
)
def test_what_is_held(field: str, value: object, held: object) -> None:
    assert getattr(Everything.model_validate({field: value}), field) == held


def test_values_that_share_or_contain_themselves_end() -> None:
    shared: list[object] = []
    for _ in range(60):
        shared = [shared, shared]
    assert Everything(json_=shared).json_ is shared
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(ValidationError, match="deeper than 100"):
        Everything(json_=circle)


def test_durations_are_seconds_in_json() -> None:
    assert Everything(span=timedelta(minutes=1)).model_dump(mode="json")["span"] == 60.0


def test_errors_do_not_repeat_what_was_sent() -> None:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate({"integer": "hunter2", "unknown": "hunter3"})
    assert "hunter" not in str(refused.value)


class Thing(Record):
    title: Text


def test_records_are_equal_by_what_they_say() -> None:
    assert Thing(title="a") == Thing(title="a", created=datetime(2030, 1, 1))
    assert Thing(title="a") != Thing(title="b")
    assert Thing(title="a") != Everything()
    assert Thing(title="a") != "a"


def test_reset_fields_give_a_new_id() -> None:
    thing = Thing(title="a", created=datetime(2030, 1, 1), id=uuid4())
    copy = thing.reset_fields()
    assert copy == thing
    assert copy.id != thing.id
    assert copy.created is None


def test_ids_are_in_the_order_of_their_making() -> None:
    ids = [Thing(title="a").id for _ in range(50)]
    assert {made.version for made in ids} == {7}
    assert ids[0].int >> 80 <= ids[-1].int >> 80


def test_the_server_always_says_id_and_times() -> None:
    assert set(Thing.model_json_schema(mode="serialization")["required"]) == {"title", "id", "created", "updated"}
    assert Thing.model_json_schema()["required"] == ["title"]


class Parameters(Body):
    limit: PageLimit = None
    offset: Integer = 3


def test_null_in_a_body_means_not_given() -> None:
    assert Parameters.model_validate({"limit": None, "offset": None, "unknown": 1}) == Parameters()
    assert Parameters.model_validate_json("{}").offset == 3
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Parameters.model_validate({"limit": -1})
    with pytest.raises(ValidationError, match="dictionary"):
        Parameters.model_validate([])


def test_limits_of_the_database_are_not_in_the_document() -> None:
    properties = Everything.model_json_schema()["properties"]
    assert properties["integer"] == {"default": 0, "title": "Integer", "type": "integer"}
    assert Parameters.model_json_schema()["properties"]["limit"]["type"] == "integer"


def test_importing_every_shape_builds_none() -> None:
    code = (
        "import prefect.wire.bodies, prefect.wire.replies, prefect.client.schemas.objects as objects, sys;"
        "built = [c for c in vars(objects).values() if getattr(c, '__pydantic_complete__', False)];"
        "assert not built, built;"
        "assert not {'croniter', 'dateutil', 'jsonschema', 'sqlalchemy', 'starlette', 'httpx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
