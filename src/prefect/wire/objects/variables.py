"""Variables: named values that flows share."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from prefect.types.names import MAX_VARIABLE_NAME_LENGTH, raise_on_name_alphanumeric_dashes_underscores_only
from prefect.wire.base import Json, JsonObject, Record, Request, Text

MAX_VARIABLE_VALUE_LENGTH = 5000
"""Characters of a variable's value as JSON."""


def _known_letters(name: str) -> str:
    return raise_on_name_alphanumeric_dashes_underscores_only(name, field_name="Variable name")


def _short(value: object) -> object:
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        raise ValueError("Variable value must be serializable to JSON") from None
    if len(text) > MAX_VARIABLE_VALUE_LENGTH:
        raise ValueError(f"Variable value must be less than {MAX_VARIABLE_VALUE_LENGTH} characters")
    return value


VariableName = Annotated[Text, Field(max_length=MAX_VARIABLE_NAME_LENGTH), AfterValidator(_known_letters)]
VariableValue = Annotated[
    StrictStr | StrictInt | StrictBool | StrictFloat | JsonObject | list[Json] | None, BeforeValidator(_short)
]


class Variable(Record):
    """A named value."""

    name: Annotated[Text, Field(max_length=MAX_VARIABLE_NAME_LENGTH)]
    value: VariableValue
    tags: list[Text] = Field(default_factory=list)


class VariableCreate(Request):
    """A variable to be made."""

    name: VariableName
    value: VariableValue
    tags: list[Text] = Field(default_factory=list)


class VariableUpdate(Request):
    """Changes to a variable."""

    name: VariableName | None = None
    value: VariableValue = None
    tags: list[Text] | None = None
