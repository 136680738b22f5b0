"""The OpenAPI document, made from the table of routes and the types they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from prefect._version import __version__
from prefect.server.http.routing import Query, Route, is_id

REF = "#/components/schemas/{model}"
Document = dict[str, Any]
VALIDATION: JsonSchemaMode = "validation"
SERIALIZATION: JsonSchemaMode = "serialization"

_PROBLEM = {
    "type": "object",
    "title": "HTTPValidationError",
    "properties": {
        "exception_message": {"type": "string"},
        "exception_detail": {"type": "array", "items": {"$ref": REF.format(model="ValidationError")}},
        "request_body": {},
    },
}
_PROBLEM_PLACE = {
    "type": "object",
    "title": "ValidationError",
    "properties": {
        "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
        "msg": {"type": "string"},
        "type": {"type": "string"},
    },
    "required": ["loc", "msg", "type"],
}
_DETAIL = {"type": "object", "title": "Detail", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}


def document(routes: Iterable[Route], base_path: str = "") -> Document:
    """The whole document; paths are below `/api`."""
    listed = list(routes)
    schemas = _Schemas(listed)
    paths: dict[str, Document] = {}
    for route in listed:
        paths.setdefault(_shown_path(route.path), {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Headrace", "version": __version__, "description": "Prefect 3's REST API."},
        "servers": [{"url": f"{base_path}/api"}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas.components},
    }


class _Schemas:
    """The JSON schemas of all types that routes read and answer."""

    def __init__(self, routes: list[Route]) -> None:
        wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
        for route in routes:
            wanted.update(dict.fromkeys((model, VALIDATION) for model in _models(route.body)))
            wanted.update(dict.fromkeys((model, SERIALIZATION) for model in _models(route.returns)))
        self._references, definitions = models_json_schema(
            list(wanted), ref_template=REF, schema_generator=GenerateJsonSchema
        )
        self.components: Document = {
            **definitions.get("$defs", {}),
            "HTTPValidationError": _PROBLEM,
            "ValidationError": _PROBLEM_PLACE,
            "Detail": _DETAIL,
        }

    def of(self, kind: Any, mode: JsonSchemaMode) -> Document:
        """The schema of a type: a reference for a shape."""
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return dict(self._references[(kind, mode)])
        models = list(_models(kind))
        if models and getattr(kind, "__origin__", None) is list:
            return {"type": "array", "items": self.of(models[0], mode)}
        made = TypeAdapter(kind).json_schema(mode=mode, ref_template=REF)
        self.components.update(made.pop("$defs", {}))
        return made


def _models(kind: Any) -> Iterable[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif getattr(kind, "__origin__", None) is list:
        yield from _models(kind.__args__[0])


def _shown_path(path: str) -> str:
    return re.sub(r"\{(\w+):path\}", r"{\1}", path)


def _operation(route: Route, schemas: _Schemas) -> Document:
    operation: Document = {
        "summary": _summary(route),
        "operationId": _id(route),
        "tags": [_tag(route)],
        "x-headrace-role": route.role.name.lower(),
        "parameters": [*_path_parameters(route), *map(_query_parameter, route.query)],
        "responses": _responses(route, schemas),
    }
    if route.body is not None:
        operation["requestBody"] = _body(route, schemas)
    return operation


def _id(route: Route) -> str:
    """By method and path, so that no two operations share one."""
    return "_".join([route.method.lower(), *re.findall(r"\w+", _shown_path(route.path))])


def _summary(route: Route) -> str:
    return (route.handler.__doc__ or route.handler.__name__).strip().splitlines()[0].rstrip(".")


def _tag(route: Route) -> str:
    return route.tags[0] if route.tags else route.path.split("/")[1].replace("_", " ") or "root"


def _path_parameters(route: Route) -> list[Document]:
    names = re.findall(r"\{(\w+)(?::path)?\}", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": _path_schema(name)} for name in names]


def _path_schema(name: str) -> Document:
    return {"type": "string", "format": "uuid"} if is_id(name) else {"type": "string", "minLength": 1}


_KINDS: Mapping[type, Document] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
}


def _query_parameter(query: Query) -> Document:
    schema = dict(_KINDS[query.kind])
    if query.at_least is not None:
        schema["minimum"] = query.at_least
    if query.at_most is not None:
        schema["maximum"] = query.at_most
    if query.options:
        schema["enum"] = list(query.options)
    if not query.required and query.default is not None:
        schema["default"] = query.default.isoformat() if isinstance(query.default, datetime) else query.default
    return {"name": query.name, "in": "query", "required": query.required, "schema": schema}


def _body(route: Route, schemas: _Schemas) -> Document:
    if route.media_type != "application/json":
        schema: Document = {"type": "string", "format": "binary"}
    else:
        schema = schemas.of(route.body, "validation")
    return {"required": route.body_required, "content": {route.media_type: {"schema": schema}}}


def _responses(route: Route, schemas: _Schemas) -> Document:
    answered: Document = {"description": "Done."}
    if route.returns is not None:
        answered["content"] = {"application/json": {"schema": schemas.of(route.returns, "serialization")}}
    responses: Document = {str(route.status): answered}
    for also in route.also:
        responses[str(also)] = answered
    refused = {"application/json": {"schema": {"$ref": REF.format(model="Detail")}}}
    for status, text in _REFUSALS.items():
        responses[status] = {"description": text, "content": refused}
    problem = {"application/json": {"schema": {"$ref": REF.format(model="HTTPValidationError")}}}
    responses["422"] = {"description": "The request does not fit.", "content": problem}
    return responses


_REFUSALS = {
    "400": "The request cannot be understood.",
    "401": "Credentials are needed.",
    "403": "The role does not allow this.",
    "404": "There is no such thing.",
    "409": "It contradicts what is there.",
    "413": "The body is too large.",
    "415": "The body's encoding is not understood.",
    "429": "The server is busy.",
    "503": "The database is away.",
}
