"""Parameters against the JSON schema of their deployment, checked in bounded time.

A schema is somebody's document: it may refer to itself, branch at every step or hold a pattern that never ends. So
evaluation has an end, nothing is fetched, and a pattern is matched only where its cost can be told beforehand.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from prefect.server.http.answers import encode
from prefect.server.http.errors import invalid
from prefect.server.hydration import Problem, Unknown

if TYPE_CHECKING:
    from jsonschema import FormatChecker, TypeChecker, ValidationError
    from jsonschema.protocols import Validator
    from referencing import Registry

Json = dict[str, object]
Values = Mapping[str, object]
Errors = Iterator["ValidationError"]

LONGEST_EVALUATION = 2.0
"""Seconds that evaluating a schema may take."""

STEPS_BETWEEN_LOOKS = 50

MOST_MATCHING = 10_000_000
"""Steps that matching a text against a pattern may take at worst."""

LONGEST_MESSAGE = 1000
OPTIONAL_KEYS = ("anyOf", "properties", "definitions", "$defs", "items", "prefixItems", "allOf", "oneOf")


class NotFitting(ValueError):
    """Parameters cannot be said to fit a schema; the reason in one sentence."""


class InvalidParameters(NotFitting):
    """Parameters that do not fit."""


class InvalidSchema(NotFitting):
    """A schema that cannot be used."""


class TooCostly(Exception):
    """An evaluation that takes too long."""


# --- what handlers ask


def check(parameters: Values, schema: Json, ignore_required: bool = False) -> None:
    """Raise InvalidParameters, naming the field, unless parameters fit; InvalidSchema if the schema is none."""
    from jsonschema.exceptions import best_match

    worst = best_match(_errors(dict(parameters), schema, ignore_required))
    if worst is not None:
        place = worst.json_path.removeprefix("$").removeprefix(".")
        field = f" for field {place!r}" if place else ""
        raise InvalidParameters(f"Validation failed{field}. Failure reason: {_shortened(worst.message)}")


def check_job_variables(given: Values, pool: Values | None, whole: bool) -> None:
    """Raise NotFitting unless job variables fit what a pool's template declares.

    Args:
        whole: whether what the template requires must be there, be it by the template's own defaults.
    """
    template = None if pool is None else pool["base_job_template"]
    declared = template.get("variables") if isinstance(template, dict) else None
    if not isinstance(declared, dict):
        return
    properties = declared.get("properties")
    parts = properties.items() if whole and isinstance(properties, dict) else ()
    defaults = {name: part["default"] for name, part in parts if isinstance(part, dict) and "default" in part}
    check({**defaults, **given}, declared, ignore_required=not whole)


def check_size(given: Values, most: int) -> None:
    """Raise InvalidRequest for parameters of a request that take more than so many bytes."""
    size = len(encode(given))
    if size > most:
        raise invalid(
            ("body", "parameters"),
            f"Value error, Flow run parameters must be less than {most:,} bytes when serialized (got {size:,} bytes).",
        )


def problems(values: Values, schema: Json) -> list[object]:
    """What is wrong with made values: sentences, and what is wrong with their properties and items. Raises InvalidSchema.

    Values that are only known when they are made (`Unknown`) are not found fault with.
    """
    listed: list[object] = []
    for error in _errors(dict(values), schema):
        for part in _parts_of_error(error):
            if isinstance(part.instance, Unknown):
                continue
            message = part.instance.message if isinstance(part.instance, Problem) else _shortened(part.message)
            path = list(part.absolute_path)
            if part.validator == "required":
                path.append(_missing(part))
            _add(listed, path, message)
    return listed


def _parts_of_error(error: ValidationError) -> Errors:
    """The errors that an error comes down to: where one of several schemas is clearly meant, those of that schema."""
    from jsonschema.exceptions import best_match

    best = best_match([error])
    if best is error:
        yield error
        return
    while best.parent is not error:
        best = best.parent
    for part in error.context:
        if part.schema_path[0] == best.schema_path[0]:
            yield from _parts_of_error(part)


def _missing(error: ValidationError) -> str:
    return next((name for name in error.validator_value if error.message.startswith(repr(name))), "")


def _add(listed: list[object], path: Sequence[str | int], message: str) -> None:
    """Put a sentence in its place."""
    if not path:
        listed.append(message)
        return
    key = "index" if isinstance(path[0], int) else "property"
    for known in listed:
        if isinstance(known, dict) and known.get(key) == path[0]:
            _add(known["errors"], path[1:], message)
            return
    within: list[object] = []
    listed.append({key: path[0], "errors": within})
    _add(within, path[1:], message)


def _shortened(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + "..."


# --- evaluation


class _Clock:
    """Ends an evaluation that takes too long."""

    def __init__(self) -> None:
        self.end = time.monotonic() + LONGEST_EVALUATION
        self.steps = 0

    def step(self) -> None:
        """Look at the time now and then."""
        self.steps += 1
        if self.steps % STEPS_BETWEEN_LOOKS == 0 and time.monotonic() > self.end:
            raise TooCostly


_clock: ContextVar[_Clock | None] = ContextVar("prefect_schema_clock", default=None)


def _step() -> None:
    clock = _clock.get()
    if clock is not None:
        clock.step()


def _errors(instance: Json, schema: Json, ignore_required: bool = False) -> list[ValidationError]:
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    token = _clock.set(_Clock())
    try:
        kind = _validator()
        wanted = _prepared(schema, ignore_required, top=True)
        kind.check_schema(wanted)
        return list(kind(wanted, registry=_nothing_fetched(), format_checker=_formats()).iter_errors(instance))
    except SchemaError as error:
        raise InvalidSchema(_shortened(error.message)) from None
    except Unresolvable as error:
        raise InvalidSchema(f"Validation failed. Failure reason: {_shortened(str(error))}") from None
    except RecursionError:
        raise InvalidSchema("it refers to itself without end, or is nested too deep") from None
    except TooCostly:
        raise InvalidSchema(f"evaluating it takes more than {LONGEST_EVALUATION:.0f} seconds") from None
    finally:
        _clock.reset(token)


def _prepared(schema: object, ignore_required: bool, top: bool = False) -> object:
    """The schema as it is evaluated: properties that may be left out may be null, as flows' own defaults often are.

    `items` that are a list, as they were in older drafts, are what is called `prefixItems` today.
    """
    if isinstance(schema, list):
        return [_prepared(part, ignore_required) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _prepared(part, ignore_required) if name in OPTIONAL_KEYS else part for name, part in schema.items()}
    for name in ("definitions", "$defs", "properties"):
        if isinstance(schema.get(name), dict):
            made[name] = {key: _prepared(part, ignore_required) for key, part in schema[name].items()}
    if isinstance(made.get("items"), list):
        made["prefixItems"] = made.pop("items")
        made |= {"items": made.pop("additionalItems")} if "additionalItems" in made else {}
    properties, required = made.get("properties"), schema.get("required") or ()
    if isinstance(properties, dict):
        made["properties"] = {name: part if name in required else _or_null(part) for name, part in properties.items()}
    if ignore_required and top:
        made.pop("required", None)
    return made


def _or_null(schema: object) -> object:
    if not isinstance(schema, dict) or "type" not in schema or "default" in schema:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


@cache
def _validator() -> type[Validator]:
    from jsonschema import Draft202012Validator, validators

    known = Draft202012Validator.TYPE_CHECKER
    types = known.redefine_many({name: _counted(known, name) for name in _TYPES})
    keywords = Draft202012Validator.VALIDATORS
    own = {
        "$ref": _reference(keywords["$ref"]),
        "$dynamicRef": _reference(keywords["$dynamicRef"]),
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "uniqueItems": _unique_items,
    }
    made: type[Validator] = validators.extend(Draft202012Validator, own, type_checker=types)
    return made


_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def _counted(known: TypeChecker, name: str) -> Callable[[object, object], bool]:
    def is_type(checker: object, instance: object) -> bool:
        _step()
        return isinstance(instance, Unknown) or bool(known.is_type(instance, name))

    return is_type


def _reference(keyword: Callable[..., Errors | None]) -> Callable[..., Errors]:
    def follow(validator: Validator, reference: object, instance: object, schema: object) -> Errors:
        _step()
        yield from keyword(validator, reference, instance, schema) or ()

    return follow


def _pattern(validator: Validator, pattern: str, instance: object, schema: object) -> Errors:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Validator, patterns: Values, instance: object, schema: object) -> Errors:
    if not isinstance(instance, dict):
        return
    for pattern, part in patterns.items():
        for name, value in instance.items():
            if matches(pattern, name):
                yield from validator.descend(value, part, path=name, schema_path=pattern)


def _unique_items(validator: Validator, wanted: object, instance: object, schema: object) -> Errors:
    from jsonschema import ValidationError

    if wanted and isinstance(instance, list):
        texts = {json.dumps(item, sort_keys=True, default=repr) for item in instance}
        if len(texts) < len(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")


@cache
def _nothing_fetched() -> Registry[object]:
    from referencing import Registry

    return Registry()


@cache
def _formats() -> FormatChecker:
    from jsonschema import FormatChecker

    checker = FormatChecker()
    checker.checks("date-time", raises=ValueError)(_is_moment)
    return checker


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or ("T" in value.upper() and bool(datetime.fromisoformat(value)))


# --- patterns


def matches(pattern: str, text: str) -> bool:
    """Whether a text has the pattern in it. Raises InvalidSchema for a pattern that might take too long with that text."""
    repeats = _repeats(pattern)
    if repeats is None or (len(text) + 1) ** (repeats + 1) > MOST_MATCHING:
        raise InvalidSchema(f"the pattern {pattern[:100]!r} might take too long to match; make it simpler")
    return re.search(pattern, text) is not None


@lru_cache(maxsize=256)
def _repeats(pattern: str) -> int | None:
    """How many parts of a pattern repeat; None where it cannot be told what that costs."""
    parser = import_module("re._parser")  # the only way to see what a pattern repeats
    try:
        return _count_repeats(parser.parse(pattern), inside=False)
    except (re.error, RecursionError, OverflowError, _Nested):
        return None


Parsed = Iterable[tuple[object, Any]]
"""A parsed pattern: pairs of what a part is and what it is made of."""


class _Nested(Exception):
    """A repeat or a choice within a repeat, or a back reference."""


def _count_repeats(part: Parsed, inside: bool) -> int:
    """Repeats in a parsed pattern: a sequence of pairs of what a part is and what it is made of."""
    total = 0
    for kind, made_of in part:
        name = str(kind)
        repeats = name.endswith("_REPEAT") and made_of[1] > 1
        if name.startswith("GROUPREF") or (inside and (repeats or name == "BRANCH")):
            raise _Nested
        total += repeats + sum(_count_repeats(below, inside or repeats) for below in _parts_of(made_of))
    return total


def _parts_of(made_of: object) -> Iterator[Parsed]:
    """The parsed patterns within what a part is made of."""
    if hasattr(made_of, "data"):
        yield cast(Parsed, made_of)
    elif isinstance(made_of, (tuple, list)):
        for item in made_of:
            yield from _parts_of(item)
