from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import json
import pathlib
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from prefect.engine.results.json_codec import (
    closed_decoder,
    prefect_json_object_decoder,
    prefect_json_object_encoder,
    revive,
)
from prefect.exceptions import SerializationError, UntrustedResult


class Colour(enum.Enum):
    RED = "r"


@dataclass
class Point:
    x: int
    moment: datetime.datetime | None = None
    total: int = field(init=False, default=0)


class Model(BaseModel):
    x: int = 1
    day: datetime.date = datetime.date(2020, 1, 1)
    renamed: int = Field(default=2, alias="other")


class Odd(Exception):
    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} and {b}")


PLAIN: list[Any] = [
    b"abc",
    b"\xff\x00",
    bytearray(b"abc"),
    datetime.datetime(2020, 1, 1, 1, 2, 3, 4),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
    datetime.date(2020, 1, 1),
    datetime.time(1, 2, 3, 4),
    uuid.UUID(int=1),
    {1, 2},
    {(1, 2), (3, (4,))},
    frozenset({"a"}),
    decimal.Decimal("1.50"),
    fractions.Fraction(1, 3),
    3 + 4j,
    pathlib.Path("/tmp/x"),
    pathlib.PurePosixPath("a/b"),
    pathlib.PureWindowsPath("a\\b"),
]
OWN: list[Any] = [Colour.RED, Point(1, datetime.datetime(2020, 1, 1)), Model(x=5, other=7), [Point(1), {"k": Point(2)}]]


def text(value: Any) -> str:
    return json.dumps(value, default=prefect_json_object_encoder)


def opened(value: Any) -> Any:
    return json.loads(text(value), object_hook=prefect_json_object_decoder)


def closed(value: Any) -> Any:
    return json.loads(text(value), object_hook=closed_decoder)


@pytest.mark.parametrize("value", PLAIN)
def test_plain_kinds_come_back_through_both_decoders(value: Any) -> None:
    for found in (opened(value), closed(value)):
        assert found == value
        assert type(found) is type(value)


@pytest.mark.parametrize("value", OWN)
def test_users_classes_come_back_through_the_open_decoder(value: Any) -> None:
    assert opened(value) == value


@pytest.mark.parametrize("value", OWN)
def test_the_closed_decoder_refuses_them(value: Any) -> None:
    with pytest.raises(UntrustedResult, match="could run code"):
        closed(value)


def test_late_fields_come_back() -> None:
    point = Point(1)
    point.total = 9
    assert opened(point).total == 9


@given(st.timedeltas())
def test_durations_are_exact(value: datetime.timedelta) -> None:
    assert opened(value) == closed(value) == value


@pytest.mark.parametrize(
    ("iso", "length"),
    [
        ("PT3S", datetime.timedelta(seconds=3)),
        ("-P1D", datetime.timedelta(days=-1)),
        ("P1DT1H", datetime.timedelta(days=1, hours=1)),
        ("P1Y35DT3.000005S", datetime.timedelta(days=400, seconds=3, microseconds=5)),
        ("PT0S", datetime.timedelta()),
        ("P1W", datetime.timedelta(weeks=1)),
    ],
)
def test_durations_as_others_write_them(iso: str, length: datetime.timedelta) -> None:
    assert closed_decoder({"__class__": "datetime.timedelta", "data": iso}) == length


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_moments_are_exact(value: datetime.datetime) -> None:
    assert opened(value).utcoffset() == value.utcoffset()
    assert opened(value).replace(tzinfo=None) == value.replace(tzinfo=None)


def test_the_form_is_the_incumbents() -> None:
    assert json.loads(text(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))) == {
        "__class__": "datetime.datetime",
        "data": "2020-01-01T00:00:00Z",
    }
    assert json.loads(text(b"abc")) == {"__class__": "builtins.bytes", "data": "abc"}
    assert json.loads(text(ValueError("x"))) == {"__exc_type__": "builtins.ValueError", "message": "x"}
    assert json.loads(text({1})) == {"__class__": "builtins.set", "data": [1]}


@pytest.mark.parametrize(
    "error",
    [
        ValueError("boom"),
        KeyError("k"),
        OSError(2, "x"),
        UnicodeDecodeError("utf8", b"x", 0, 1, "r"),
        KeyboardInterrupt(),
    ],
)
def test_pythons_exceptions_come_back(error: BaseException) -> None:
    for found in (opened(error), closed(error)):
        assert type(found) is type(error)
        assert (
            not isinstance(error, (ValueError, KeyError))
            or isinstance(error, UnicodeDecodeError)
            or found.args == error.args
        )


def test_users_exceptions_come_back_through_the_open_decoder() -> None:
    found = opened(Odd(1, 2))
    assert type(found) is Odd
    assert found.args == ("1 and 2",)
    with pytest.raises(UntrustedResult):
        closed(Odd(1, 2))


def test_numbers_of_numpy_become_numbers() -> None:
    assert prefect_json_object_encoder(np.int64(5))["data"] == 5


@pytest.mark.parametrize("value", [object(), lambda: 1, Model, Point, iter([])])
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises(SerializationError, match="no JSON form"):
        text(value)


HOSTILE = [
    {"__class__": "os.system", "data": "true"},
    {"__class__": "subprocess.Popen", "data": ["true"]},
    {"__class__": "builtins.eval", "data": "1"},
    {"__class__": "antigravity.x", "data": 1},
    {"__exc_type__": "os.system", "message": "true"},
    {"__exc_type__": "builtins.eval", "message": "1"},
    {"__exc_type__": "builtins.exec", "message": "1"},
    {"__exc_type__": "subprocess.CalledProcessError", "message": "x"},
    {"__class__": "__import__", "data": "os"},
]


@pytest.mark.parametrize("document", HOSTILE, ids=lambda document: next(iter(document.values())))
def test_hostile_names_make_nothing(document: dict[str, Any]) -> None:
    before = set(sys.modules)
    with pytest.raises(UntrustedResult):
        closed_decoder(dict(document))
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    "document",
    [
        {"__class__": 5, "data": 1},
        {"__class__": "datetime.date"},
        {"data": 1},
        {"__class__": "x", "data": 1, "more": 2},
    ],
)
def test_dicts_that_only_look_alike_stay(document: dict[str, Any]) -> None:
    assert closed_decoder(dict(document)) == prefect_json_object_decoder(dict(document)) == document


def test_names_that_lead_nowhere_stay() -> None:
    document = {"__class__": "no_such_module.Thing", "data": 1}
    assert prefect_json_object_decoder(dict(document)) == document


def test_what_is_no_exception_is_not_called() -> None:
    with pytest.raises(ValueError, match="Invalid exception type"):
        prefect_json_object_decoder({"__exc_type__": "os.getcwd", "message": "x"})


def test_reviving_a_parsed_tree() -> None:
    tree = json.loads(text([{"a": {1}}, 5]))
    assert revive(tree, closed_decoder) == [{"a": {1}}, 5]


def test_plain_values_load_nothing() -> None:
    code = (
        "import json, sys; from prefect.engine.results.json_codec import *; import datetime;"
        "json.dumps([datetime.date(2020, 1, 1), {1}], default=prefect_json_object_encoder); print('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
