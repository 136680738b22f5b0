"""What fields are made of: types that hold only what a database holds, and the kinds of shape.

Whatever passes here can be stored: numbers are finite, integers fit 64 bits, moments lie in the years 1 to 9999 in
UTC, names carry no NUL character, and free JSON nests at most `MAX_DEPTH` deep. Limits that JSON schema documents of the
API don't mention are kept out of ours as well (`WithJsonSchema`).
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    StrictBool,
    StrictFloat,
    StrictInt,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from prefect.core.ids import uuid7
from prefect.types.names import WITHOUT_BANNED_CHARACTERS
from prefect.utilities.names import generate_slug

T = TypeVar("T")

MAX_DEPTH = 100
"""How deep free JSON (parameters, payloads, results, ...) may nest."""

INTEGER_MAX = 2**63 - 1
PAGE_LIMIT_MAX = INTEGER_MAX


def new_id() -> UUID:
    """A UUID of version 7, for what a client makes."""
    return uuid7(time.time_ns() // 1000, random.getrandbits(64))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def new_name() -> str:
    """A name that people can say, for a run that was given none."""
    return generate_slug(2)


# --- validators


def _in_utc(value: datetime) -> datetime:
    try:
        offset = value.utcoffset()
        return value.replace(tzinfo=UTC) if not offset else (value - offset).replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("holds a NUL character, which names and texts may not; leave it out")
    return value


def _nul_replaced(value: str) -> str:
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def storable(value: T) -> T:
    """The value, unless it nests too deep or holds a number that JSON cannot write. Objects of Python pass."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[object] = []
        for item in level:
            if isinstance(item, Mapping):
                deeper.extend(item.values())
            elif isinstance(item, (list, tuple)):
                deeper.extend(item)
            elif isinstance(item, float) and not math.isfinite(item):
                raise ValueError("holds a number that JSON cannot write (NaN or infinite); send null or a text instead")
        if not deeper:
            return value
        level = list({id(item): item for item in deeper}.values())  # what is shared counts once
    raise ValueError(f"nests deeper than {MAX_DEPTH} levels; flatten it, or send it as a text")


def _name_or_new(value: object) -> object:
    return value if value not in (None, "") else new_name()


def _none_to_empty(value: object) -> object:
    return {} if value is None else value


# --- scalars

Integer = Annotated[int, Field(ge=-INTEGER_MAX - 1, le=INTEGER_MAX), WithJsonSchema({"type": "integer"})]
NonNegativeInteger = Annotated[int, Field(ge=0, le=INTEGER_MAX), WithJsonSchema({"type": "integer", "minimum": 0})]
PositiveInteger = Annotated[
    int, Field(gt=0, le=INTEGER_MAX), WithJsonSchema({"type": "integer", "exclusiveMinimum": 0})
]
NonNegativeFloat = Annotated[float, Field(ge=0.0)]

Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A moment in UTC; one without a zone is taken as UTC."""

Seconds = Annotated[timedelta, WithJsonSchema({"type": "number"})]
"""A duration: a number of seconds in JSON, a timedelta in Python."""

Text = Annotated[str, AfterValidator(_without_nul)]
Prose = Annotated[str, AfterValidator(_nul_replaced)]
"""Text that programs write and that must not be lost: a NUL character in it is replaced."""

Name = Annotated[str, Field(pattern=WITHOUT_BANNED_CHARACTERS), AfterValidator(_without_nul)]
"""A name without the characters that paths and pages give a meaning."""

GivenName = Annotated[Text, BeforeValidator(_name_or_new)]
"""A run's name; null and nothing stand for a new one."""

# --- free JSON

Json = Annotated[Any, AfterValidator(storable)]
JsonObject = Annotated[dict[str, Any], AfterValidator(storable)]
Label = StrictBool | StrictInt | StrictFloat | str
Labels = Annotated[
    dict[str, Label],
    BeforeValidator(_none_to_empty, json_schema_input_type=dict[str, Label] | None),
    AfterValidator(storable),
]
"""Names and plain values for machines; null is read as none."""

# --- kinds of shape


class Shape(BaseModel):
    """What every JSON shape has in common; fields it does not know are ignored."""

    model_config = ConfigDict(
        defer_build=True,
        ser_json_timedelta="float",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        from_attributes=True,
    )

    RESET_FIELDS: ClassVar[frozenset[str]] = frozenset()
    """Fields that tell copies apart; equality leaves them out."""

    def reset_fields(self) -> Self:
        """A copy with a new id, as if newly made."""
        kept = {name: value for name, value in self if name in self.model_fields_set - self.RESET_FIELDS}
        return type(self)(**kept)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented if not isinstance(other, Shape) else False
        return all(getattr(self, name) == getattr(other, name) for name in self._compared())

    @classmethod
    def _compared(cls) -> list[str]:
        return [name for name in cls.model_fields if name not in cls.RESET_FIELDS]


class Root(RootModel[T]):
    """A shape that is one value, not an object with fields."""

    model_config = ConfigDict(defer_build=True, hide_input_in_errors=True)


class Record(Shape):
    """A row of the record: it has an id, and the moments it was made and last changed."""

    RESET_FIELDS: ClassVar[frozenset[str]] = frozenset({"id", "created", "updated"})

    id: UUID = Field(default_factory=new_id)
    created: Moment | None = None
    updated: Moment | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What a server answers always has the three; what a client makes by hand need not."""
        made = handler(schema)
        if handler.mode == "serialization":
            resolved = handler.resolve_ref_schema(made)
            required = [*resolved.get("required", []), "id", "created", "updated"]
            resolved["required"] = list(dict.fromkeys(required))
        return made


class Request(Shape):
    """What creates or changes a record; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Filter(Shape):
    """Which records; unknown fields are refused. Conditions left out, or null, hold for every record."""

    model_config = ConfigDict(extra="forbid")


class Body(Shape):
    """A request's body made of parameters: unknown ones are ignored, and null means not given."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, given: object) -> object:
        if isinstance(given, Mapping):
            return {name: value for name, value in given.items() if value is not None}
        return given


PageLimit = Annotated[int | None, Field(ge=0, le=PAGE_LIMIT_MAX), WithJsonSchema({"type": "integer"})]
"""How many at most; None means as many as the server's page holds (PREFECT_SERVER_API_DEFAULT_LIMIT)."""

GivenMoment = Annotated[Moment | None, WithJsonSchema({"type": "string", "format": "date-time"})]
GivenSeconds = Annotated[Seconds | None, WithJsonSchema({"type": "number", "format": "time-delta"})]
"""A parameter that may be left out; None says that it was."""

PageNumber = Annotated[int, Field(ge=1, le=INTEGER_MAX // 1_000_000), WithJsonSchema({"type": "integer", "minimum": 1})]
"""Which page, from 1; so far only that what lies before it can be counted."""


# --- pages


class Page(Shape):
    """Where a page stands among its like; its records are `results`."""

    count: Integer
    """Records on all pages together."""

    limit: Integer
    """Records a page."""

    pages: Integer
    page: Integer
    """This page's number, from 1."""
