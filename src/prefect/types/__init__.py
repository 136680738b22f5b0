"""Types with rules, for annotations that pydantic checks: names, counts, delays, secrets.

pydantic is loaded when one of them is first asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime as DateTime
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Literal

from prefect.types.names import (
    BANNED_CHARACTERS,
    MAX_ASSET_KEY_LENGTH,
    MAX_VARIABLE_NAME_LENGTH,
    WITHOUT_BANNED_CHARACTERS,
    WITHOUT_BANNED_CHARACTERS_EMPTY_OK,
    non_emptyish,
    validate_uri,
    validate_valid_asset_key,
)

MAX_VARIABLE_VALUE_LENGTH = 5000

__all__ = [
    "BANNED_CHARACTERS",
    "MAX_VARIABLE_NAME_LENGTH",
    "MAX_VARIABLE_VALUE_LENGTH",
    "WITHOUT_BANNED_CHARACTERS",
    "Date",
    "DateTime",
]


def __getattr__(name: str) -> object:
    made = _types() if not name.startswith("_") else {}
    if name not in made:
        raise AttributeError(f"module 'prefect.types' has no attribute {name!r}")
    return made[name]


@cache
def _types() -> dict[str, object]:
    return {**_numbers(), **_texts(), **_collections()}


def _numbers() -> dict[str, object]:
    from pydantic import AfterValidator, BeforeValidator, Field

    return {
        "PositiveInteger": Annotated[int, Field(gt=0)],
        "NonNegativeInteger": Annotated[int, Field(ge=0)],
        "NonNegativeFloat": Annotated[float, Field(ge=0.0)],
        "NonNegativeTimeDelta": Annotated[timedelta, AfterValidator(_not_negative)],
        "SecondsTimeDelta": Annotated[timedelta, BeforeValidator(_from_seconds)],
        "TaskRetryDelaySeconds": Annotated[str | int | float | list[float] | None, BeforeValidator(_delays)],
        "StatusCode": Annotated[int, Field(ge=100, le=599)],
    }


def _texts() -> dict[str, object]:
    from pydantic import AfterValidator, BeforeValidator, Field

    name = Annotated[str, Field(pattern=WITHOUT_BANNED_CHARACTERS)]
    levels = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    return {
        "Name": name,
        "NameOrEmpty": Annotated[str, Field(pattern=WITHOUT_BANNED_CHARACTERS_EMPTY_OK)],
        "NonEmptyishName": Annotated[name, BeforeValidator(non_emptyish)],
        "LogLevel": Annotated[levels, BeforeValidator(lambda value: value.upper())],
        "URILike": Annotated[str, AfterValidator(validate_uri)],
        "ValidAssetKey": Annotated[str, AfterValidator(validate_valid_asset_key), AfterValidator(_short_enough)],
        "TimeZone": Annotated[str, AfterValidator(_known_zone)],
    }


def _collections() -> dict[str, object]:
    from pydantic import BeforeValidator, Field, Secret, StrictBool, StrictFloat, StrictInt, StrictStr

    class SecretDict(Secret[dict[str, Any]]):
        """A dict that is not shown."""

    code = Annotated[int, Field(ge=100, le=599)]
    scalar = StrictStr | StrictInt | StrictBool | StrictFloat | None
    value = scalar | dict[str, Any] | list[Any]
    label = StrictBool | StrictInt | StrictFloat | str
    return {
        "SecretDict": SecretDict,
        "StrictVariableValue": Annotated[value, BeforeValidator(_short_json)],
        "ClientRetryExtraCodes": Annotated[str | code | set[code] | None, BeforeValidator(_codes)],
        "ListOfNonEmptyStrings": Annotated[list[str], BeforeValidator(_without_blanks)],
        "JsonStringOrDict": Annotated[dict[str, str], BeforeValidator(_from_json)],
        "KeyValueLabelsField": Annotated[dict[str, label], BeforeValidator(lambda value: value or {})],
    }


def _not_negative(value: timedelta) -> timedelta:
    if value < timedelta():
        raise ValueError(f"a duration must be non-negative, not {value}")
    return value


def _from_seconds(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return timedelta(seconds=float(value))
    return timedelta(seconds=value) if isinstance(value, (int, float)) else value


def _delays(value: object) -> object:
    """Delays as settings give them: "5", or several as "1,2,4"."""
    if not isinstance(value, str):
        return value
    delays = [float(part) for part in value.split(",") if part.strip()]
    return delays[0] if len(delays) == 1 else delays or None


def _codes(value: object) -> object:
    """HTTP status codes as settings give them: "500,502"."""
    given = value.split(",") if isinstance(value, str) else value
    if given is None or isinstance(given, Mapping):
        return set()
    if isinstance(given, int):
        return {given}
    if not isinstance(given, (list, set, tuple, frozenset)):
        raise ValueError(f"status codes must be numbers, not {value!r}")
    codes = {int(part) for part in given if str(part).strip()}
    wrong = sorted(code for code in codes if not 100 <= code <= 599)
    if wrong:
        raise ValueError(f"a status code lies between 100 and 599, not at {wrong[0]}")
    return codes


def _without_blanks(value: object) -> object:
    items = value.split(",") if isinstance(value, str) else value
    return [item for item in items if str(item).strip()] if isinstance(items, (list, tuple)) else items


def _from_json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _short_json(value: object) -> object:
    try:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise ValueError("Variable value must be serializable to JSON") from error
    if len(text) > MAX_VARIABLE_VALUE_LENGTH:
        raise ValueError(f"Variable value must be less than {MAX_VARIABLE_VALUE_LENGTH} characters")
    return value


def _short_enough(value: str) -> str:
    if len(value) > MAX_ASSET_KEY_LENGTH:
        raise ValueError(f"Asset key cannot exceed {MAX_ASSET_KEY_LENGTH} characters")
    return value


def _known_zone(value: str) -> str:
    from zoneinfo import available_timezones

    if value not in available_timezones():
        raise ValueError(f"{value!r} is no time zone, such as 'Europe/Paris'")
    return value
