from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from prefect import types
from prefect.types.entrypoint import EntrypointType

GOOD: list[tuple[str, Any, Any]] = [
    ("ClientRetryExtraCodes", "400,500", {400, 500}),
    ("ClientRetryExtraCodes", "", set()),
    ("ClientRetryExtraCodes", 400, {400}),
    ("LogLevel", "info", "INFO"),
    ("Name", "a", "a"),
    ("NameOrEmpty", "", ""),
    ("NonEmptyishName", "a", "a"),
    ("NonNegativeTimeDelta", 5, timedelta(seconds=5)),
    ("SecondsTimeDelta", "5", timedelta(seconds=5)),
    ("SecondsTimeDelta", -0.5, timedelta(seconds=-0.5)),
    ("SecondsTimeDelta", "PT5S", timedelta(seconds=5)),
    ("StatusCode", 200, 200),
    ("StrictVariableValue", {"a": 1}, {"a": 1}),
    ("TaskRetryDelaySeconds", "1,2", [1.0, 2.0]),
    ("TaskRetryDelaySeconds", "5", 5.0),
    ("TaskRetryDelaySeconds", None, None),
    ("URILike", "s3://a", "s3://a"),
    ("ValidAssetKey", "s3://a/b", "s3://a/b"),
    ("ListOfNonEmptyStrings", ["a", " "], ["a"]),
    ("ListOfNonEmptyStrings", "a,b", ["a", "b"]),
    ("JsonStringOrDict", '{"a": "1"}', {"a": "1"}),
    ("KeyValueLabelsField", None, {}),
    ("KeyValueLabelsField", {"a": 1}, {"a": 1}),
    ("PositiveInteger", 1, 1),
    ("NonNegativeInteger", 0, 0),
    ("NonNegativeFloat", 0, 0.0),
    ("TimeZone", "Europe/Paris", "Europe/Paris"),
]
BAD: list[tuple[str, Any]] = [
    ("ClientRetryExtraCodes", "999"),
    ("ClientRetryExtraCodes", "x"),
    ("LogLevel", "loud"),
    ("Name", ""),
    ("Name", "a/b"),
    ("NameOrEmpty", "a&"),
    ("NonEmptyishName", "''"),
    ("NonNegativeTimeDelta", -1),
    ("StatusCode", 600),
    ("StrictVariableValue", object()),
    ("StrictVariableValue", "x" * 5000),
    ("TaskRetryDelaySeconds", "x"),
    ("URILike", "a"),
    ("ValidAssetKey", "s3://a b"),
    ("ValidAssetKey", "s3://" + "x" * 600),
    ("JsonStringOrDict", "{"),
    ("KeyValueLabelsField", {"a": object()}),
    ("PositiveInteger", 0),
    ("TimeZone", "Mars/Olympus"),
]


def adapted(name: str, value: Any) -> Any:
    return TypeAdapter(getattr(types, name)).validate_python(value)


@pytest.mark.parametrize(("name", "value", "found"), GOOD)
def test_values_that_fit(name: str, value: Any, found: Any) -> None:
    assert adapted(name, value) == found


@pytest.mark.parametrize(("name", "value"), BAD)
def test_values_that_do_not(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        adapted(name, value)


def test_secrets_are_not_shown() -> None:
    secret = types.SecretDict({"a": 1})
    assert "1" not in repr(secret)
    assert secret.get_secret_value() == {"a": 1}


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        types.Nothing


def test_entrypoints() -> None:
    assert [each.value for each in EntrypointType] == ["file_path", "module_path"]


def test_pydantic_is_loaded_when_needed() -> None:
    code = "import prefect.types.names, sys; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
