"""The served document against the reference: every operation of Prefect's API, with its parameters, bodies and answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from prefect.server.building import all_routes
from prefect.server.openapi import document
from tests.server.support import facts

Schema = dict[str, Any]
Shape = Any

ANYTHING = "anything"
"""A schema that says nothing: the reference has it where the answer is not described."""

CREATED = "says 200 in its document and answers 201, as ours does, to what is new"
DIFFERENCES = {
    "POST /artifacts/ answers": CREATED,
    "POST /block_schemas/ answers": "documents 201 alone and answers 200 where the schema was known",
    "POST /concurrency_limits/ answers": CREATED,
    "POST /deployments/ answers": CREATED,
    "POST /deployments/{id}/create_flow_run answers": CREATED,
    "POST /flow_runs/ answers": CREATED,
    "POST /flows/ answers": CREATED,
    "POST /task_runs/ answers": CREATED,
    "PUT /saved_searches/ answers": CREATED,
    "GET /admin/settings answers": "names the settings of Prefect; ours has some more, and is described by its manual",
}
"""Where the real Prefect's document and its behaviour differ, or ours does on purpose, with the reason."""


class Document:
    """A document, with its references followed."""

    def __init__(self, paths: Schema, schemas: Schema) -> None:
        self.paths = paths
        self.schemas = schemas

    def shape(self, schema: Schema, within: tuple[str, ...] = ()) -> Shape:
        """The names of fields, as deep as they go; lists as lists, alternatives by what is not null."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return ANYTHING if name in within else self.shape(self.schemas[name], (*within, name))
        several = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        if len(several) == 1:
            return self.shape(several[0], within)
        if schema.get("type") == "array":
            return [self.shape(schema.get("items", {}), within)]
        if "properties" in schema:
            return {name: self.shape(each, within) for name, each in schema["properties"].items()}
        return schema.get("type", ANYTHING)

    def parameters(self, operation: Schema) -> dict[tuple[str, str], bool]:
        """Whether each parameter is needed; headers, which clients send by themselves, aside."""
        listed = [each for each in operation.get("parameters", ()) if each["in"] != "header"]
        return {(each["name"], each["in"]): each.get("required", False) for each in listed}

    def body(self, operation: Schema) -> Shape:
        """The shape of the JSON body; None without one."""
        content = operation.get("requestBody", {}).get("content", {})
        return {kind: self.shape(each["schema"]) for kind, each in content.items()} or None

    def answers(self, operation: Schema) -> dict[str, Shape]:
        """The shapes of good answers by status."""
        good = {status: each for status, each in operation["responses"].items() if status.startswith("2")}
        return {status: self._answer(each) for status, each in good.items()}

    def _answer(self, response: Schema) -> Shape:
        content = response.get("content", {}).get("application/json")
        return ANYTHING if content is None else self.shape(content["schema"])


REFERENCE = Document(facts()["paths"], facts()["schemas"])


def _operations() -> Iterator[tuple[str, str]]:
    for path, methods in REFERENCE.paths.items():
        for method in methods:
            yield method.upper(), path


@pytest.fixture(scope="module")
def ours() -> Document:
    made = document(all_routes())
    return Document(made["paths"], made["components"]["schemas"])


def test_every_operation_is_there(ours: Document) -> None:
    missing = [f"{method} {path}" for method, path in _operations() if method.lower() not in ours.paths.get(path, {})]
    assert missing == []


@pytest.mark.parametrize(("method", "path"), [pytest.param(*each, id=" ".join(each)) for each in _operations()])
def test_each_reads_and_answers_what_the_reference_says(ours: Document, method: str, path: str) -> None:
    wanted = REFERENCE.paths[path][method.lower()]
    found = ours.paths[path][method.lower()]
    problems = [
        f"{method} {path} parameters: {ours.parameters(found)} instead of {REFERENCE.parameters(wanted)}"
        for _ in [0]
        if ours.parameters(found) != REFERENCE.parameters(wanted)
    ]
    problems += _lacking(f"{method} {path} body", REFERENCE.body(wanted), ours.body(found))
    problems += _lacking(f"{method} {path} answers", REFERENCE.answers(wanted), ours.answers(found))
    unexpected = [problem for problem in problems if not any(problem.startswith(known) for known in DIFFERENCES)]
    assert unexpected == []


def _lacking(place: str, wanted: Shape, found: Shape) -> list[str]:
    """What ours lacks, by place; it may have more."""
    if ANYTHING in (wanted, found) or wanted == found:
        return []
    if isinstance(wanted, dict) and isinstance(found, dict):
        missing = [f"{place}.{name} is missing" for name in wanted if name not in found]
        both = [name for name in wanted if name in found]
        return missing + [
            problem for name in both for problem in _lacking(f"{place}.{name}", wanted[name], found[name])
        ]
    if isinstance(wanted, list) and isinstance(found, list):
        return _lacking(f"{place}[]", wanted[0], found[0])
    return [f"{place}: {found!r} instead of {wanted!r}"]


def test_every_known_difference_is_one(ours: Document) -> None:
    """A difference that has gone does not stay on the list."""
    for known in DIFFERENCES:
        method, path, _ = known.split(" ")
        found, wanted = ours.paths[path][method.lower()], REFERENCE.paths[path][method.lower()]
        ours_answers, reference_answers = ours.answers(found), REFERENCE.answers(wanted)
        assert set(ours_answers) != set(reference_answers) or _lacking(known, reference_answers, ours_answers), known


def test_what_is_ours_has_a_description(ours: Document) -> None:
    listed = [(path, method, each) for path, methods in ours.paths.items() for method, each in methods.items()]
    assert [(path, method) for path, method, each in listed if " " not in each["summary"]] == []
