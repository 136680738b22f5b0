"""Parameters against schemas."""

from __future__ import annotations

import time

import pytest

from prefect.server.parameters import (
    InvalidParameters,
    InvalidSchema,
    NotFitting,
    check,
    check_job_variables,
    matches,
    problems,
)

Json = dict[str, object]


def of(properties: Json, *required: str, **rest: object) -> Json:
    return {"type": "object", "properties": properties, "required": list(required), **rest}


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (of({"x": {"type": "integer"}}), {"x": None}),
        (of({"x": {"type": "integer"}}), {}),
        (of({"x": {"type": "integer"}}, "x"), {"x": 1, "more": 2}),
        (of({"x": {"$ref": "#/definitions/A"}}, definitions={"A": {"type": "array", "items": {"$ref": "#/definitions/A"}}}),
         {"x": [[], [[]]]}),
        (of({"x": {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]}}), {"x": [1, "a"]}),
        (of({"x": {"type": "string", "format": "date-time"}}), {"x": "2024-01-01T00:00:00Z"}),
        (of({"x": {"type": "string", "pattern": "^[a-z]+-[0-9]{2}$"}}), {"x": "ab-12"}),
        (of({"x": {"type": "array", "uniqueItems": True}}), {"x": [1, "1", True, {"a": 1}]}),
        ({}, {"x": 1}),
    ],
)  # fmt: skip
def test_what_fits(schema: Json, values: Json) -> None:
    check(values, schema)
    assert problems(values, schema) == []


@pytest.mark.parametrize(
    ("schema", "values", "says"),
    [
        (
            of({"x": {"type": "integer"}}, "x"),
            {"x": None},
            "Validation failed for field 'x'. Failure reason: None is not",
        ),
        (of({}, "x"), {}, "Validation failed. Failure reason: 'x' is a required property"),
        (of({"x": {"type": "array", "items": {"type": "integer"}}}, "x"), {"x": [1, "a"]}, "for field 'x[1]'"),
        (of({"x": {"type": "string", "format": "date-time"}}, "x"), {"x": "soon"}, "'soon' is not a 'date-time'"),
        (of({"x": {"type": "string", "pattern": "^a+$"}}, "x"), {"x": "b"}, "'b' does not match '^a+$'"),
        (of({"x": {"type": "array", "uniqueItems": True}}, "x"), {"x": [{"a": 1}, {"a": 1}]}, "non-unique"),
        (of({"x": {"type": "array", "items": [{"type": "integer"}]}}, "x"), {"x": ["a"]}, "for field 'x[0]'"),
        ({"additionalProperties": False}, {"x": 1}, "Additional properties are not allowed ('x' was unexpected)"),
        ({"patternProperties": {"^x": {"type": "integer"}}}, {"xy": "a"}, "for field 'xy'"),
    ],
)
def test_what_does_not(schema: Json, values: Json, says: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        check(values, schema)
    assert says in str(caught.value)


def test_what_is_required_may_come_later() -> None:
    schema = of({"x": {"type": "integer"}}, "x")
    check({}, schema, ignore_required=True)
    with pytest.raises(InvalidParameters):
        check({"x": "no"}, schema, ignore_required=True)


def test_messages_are_bounded() -> None:
    with pytest.raises(InvalidParameters) as caught:
        check({"x": "a" * 100_000}, of({"x": {"type": "integer"}}, "x"))
    assert len(str(caught.value)) < 1200


@pytest.mark.parametrize(
    ("pattern", "costly"),
    [
        ("^[^@]+@[^@]+$", False), ("a" * 50, False), ("(foo|bar)?baz+", False),
        ("(a+)+$", True), ("(a|a)*$", True), (r"(a)\1+", True), ("a*a*a*a*a*a*a*$", True), ("(", True),
    ],
)  # fmt: skip
def test_patterns_are_matched_where_their_cost_is_known(pattern: str, costly: bool) -> None:
    text = "a" * 40 + "b"
    if not costly:
        assert isinstance(matches(pattern, text), bool)
        return
    with pytest.raises(InvalidSchema):
        matches(pattern, text)


def test_a_schema_that_branches_without_end_is_given_up() -> None:
    branching: Json = {f"A{n}": {"anyOf": [{"$ref": f"#/$defs/A{n + 1}"}] * 2} for n in range(40)}
    branching["A40"] = {"type": "integer"}
    begun = time.monotonic()
    with pytest.raises(InvalidSchema, match="seconds"):
        check({"x": "a"}, of({"x": {"$ref": "#/$defs/A0"}}, **{"$defs": branching}))
    assert time.monotonic() - begun < 10


def test_job_variables_may_come_from_the_templates_defaults() -> None:
    declared = of({"x": {"type": "integer"}, "y": {"type": "string", "default": "d"}}, "x", "y")
    pool = {"base_job_template": {"variables": declared}}
    check_job_variables({}, pool, whole=False)
    check_job_variables({"x": 1}, pool, whole=True)
    check_job_variables({"z": 1}, None, whole=True)
    with pytest.raises(NotFitting, match="'x' is a required property"):
        check_job_variables({}, pool, whole=True)
