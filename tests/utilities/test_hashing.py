from __future__ import annotations

import collections
import datetime
import decimal
import enum
import functools
import hashlib
import os
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from prefect.exceptions import HashError
from prefect.utilities.hashing import file_hash, hash_objects, stable_hash


class Colour(enum.Enum):
    RED = 1


class Shade(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1


@dataclass
class Point:
    x: Any
    y: Any = 0


@dataclass
class OtherPoint:
    x: Any
    y: Any = 0


class Model(BaseModel):
    x: Any = 1


class Pair(NamedTuple):
    a: int
    b: int


class Plain:
    def __init__(self, x: Any) -> None:
        self.x = x

    def method(self) -> int:
        return 1


class Slotted:
    __slots__ = ("x",)

    def __init__(self, x: Any) -> None:
        self.x = x


class Text(str):
    pass


def double(x: int) -> int:
    return x * 2


def triple(x: int) -> int:
    return x * 3


def adder(n: int) -> Any:
    def add(x: int) -> int:
        return x + n

    return add


UTC = datetime.UTC
NUMBERS = [True, False, 0, 1, -1, 2**70, 1.0, 0.0, -0.0, float("nan"), float("inf"), 1j, Level.LOW]
TEXTS = ["1", "", b"1", b"", bytearray(b"1"), Text("1"), PurePosixPath("a"), uuid.UUID(int=1)]
LISTS = [[1], [], [[1]], [1, [2]], [[1], 2], ["1"], {1}, set(), {"1"}, range(3), range(4), slice(1)]
DICTS = [{}, {"a": 1}, {"a": "1"}, {1: "a"}, {"1": "a"}, {True: "a", 2: 1}]
MOMENTS = [
    datetime.date(2020, 1, 1),
    datetime.datetime(2020, 1, 1),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    datetime.time(1),
    datetime.timedelta(1),
]
OBJECTS = [
    None, ..., decimal.Decimal("1"), decimal.Decimal("1.0"), Colour.RED, Shade.RED,
    Point(1), Point(1, 1), OtherPoint(1), Model(x=1), Model(x="1"), Pair(1, 2), Plain(1), Plain(2), Slotted(1), Slotted(2),
    collections.OrderedDict(a=1), collections.Counter(a=1), collections.deque([1]),
    ValueError("x"), ValueError("y"), KeyError("x"),
]  # fmt: skip
CODE = [
    int, str, Point, double, triple, adder(1), adder(2), len, [].append, Plain(1).method,
    functools.partial(double, 1), functools.partial(double, 2), sys, os, lambda x: x, lambda x: x + 1,
]  # fmt: skip
DISTINCT = [*NUMBERS, *TEXTS, *LISTS, *DICTS, *MOMENTS, *OBJECTS, *CODE]


def key(*values: Any, **named: Any) -> str:
    found = hash_objects(*values, raise_on_failure=True, **named)
    assert found is not None
    return found


def test_different_values_have_different_hashes() -> None:
    keys = [key(value) for value in DISTINCT]
    same = [(DISTINCT[i], DISTINCT[j]) for i in range(len(keys)) for j in range(i) if keys[i] == keys[j]]
    assert not same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"b", "a", "c"}, {"c", "b", "a"}),
        ({1: 1, "1": 2}, {"1": 2, 1: 1}),
        ([1, 2], (1, 2)),
        ({1}, frozenset({1})),
        (Plain({"a", "b"}), Plain({"b", "a"})),
        (Model(x={"a": 1, "b": 2}), Model(x={"b": 2, "a": 1})),
        ("a" + "b", "ab"),
        (float("nan"), -float("nan")),
        (collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)),
    ],
)
def test_equal_content_has_equal_hashes(one: Any, other: Any) -> None:
    assert key(one) == key(other)


def test_identity_of_parts_does_not_count() -> None:
    part = [1]
    assert key([part, part]) == key([[1], [1]])


def test_arguments_are_told_apart() -> None:
    assert len({key(1, 2), key(2, 1), key([1, 2]), key(1, b=2), key(a=1, b=2), key({"a": 1, "b": 2}), key()}) == 7


def test_cycles_have_a_hash() -> None:
    cycle: list[Any] = [1]
    cycle.append(cycle)
    other: list[Any] = [1]
    other.append(other)
    assert key(cycle) == key(other) != key([1, [1]])


@pytest.mark.parametrize("value", [threading.Lock(), (each for each in [1]), sys.__stderr__, threading.local()])
def test_what_has_no_content_has_no_hash(value: Any) -> None:
    assert hash_objects(value) is None
    assert hash_objects({"a": [Point(value)]}) is None
    with pytest.raises(HashError, match="Unable to create hash - objects could not be serialized"):
        hash_objects([value], raise_on_failure=True)


def test_too_deep_is_no_hash() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert hash_objects(deep) is None


IN_ANOTHER_PROCESS = """
import datetime, pathlib, uuid
from prefect.utilities.hashing import hash_objects
def outer(n):
    def inner(x): return x in {"a", "b", "c", "d"} and n
    return inner
class Plain: pass
thing = Plain(); thing.parts = {"x", "y", "z"}; thing.table = {"k": {"l", "m"}}
values = ({"b", "a", "zz"}, {"k": frozenset({"p", "q"})}, thing, outer(1), datetime.date(2020, 1, 1), 1.5, uuid.UUID(int=5))
print(hash_objects(*values))
"""


def test_hashes_are_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 32


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.datetimes(),
    st.dates(),
    st.uuids(),
    st.decimals(allow_nan=False),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.dictionaries(st.integers(), inner, max_size=4)
        | st.sets(st.integers() | st.text(max_size=3), max_size=4)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=8,
)


def tagged(value: Any) -> Any:
    """A stand-in by which two values are equal only if they are so by type as well."""
    if isinstance(value, dict):
        return "dict", sorted(((tagged(k), tagged(v)) for k, v in value.items()), key=repr)
    if isinstance(value, (list, set)):
        items = [tagged(item) for item in value]
        return type(value).__name__, sorted(items, key=repr) if isinstance(value, set) else items
    if isinstance(value, Point):
        return "Point", tagged(value.x), tagged(value.y)
    return type(value).__name__, repr(value)


@given(values, values)
def test_hashes_agree_exactly_when_values_do(one: Any, other: Any) -> None:
    assert (key(one) == key(other)) == (tagged(one) == tagged(other))


@given(st.data(), values)
def test_any_change_changes_the_hash(data: st.DataObject, value: Any) -> None:
    changed = mutate(data, value)
    assume(tagged(changed) != tagged(value))
    assert key(changed) != key(value)


def mutate(data: st.DataObject, value: Any) -> Any:
    """The value with something inside it changed, added or taken away."""
    if isinstance(value, list) and value:
        place = data.draw(st.integers(0, len(value) - 1))
        how = data.draw(st.sampled_from(["inner", "drop", "repeat", "wrap"]))
        parts = {
            "inner": lambda: [mutate(data, value[place])],
            "drop": list,
            "repeat": lambda: [value[place]] * 2,
            "wrap": lambda: [[value[place]]],
        }
        return value[:place] + parts[how]() + value[place + 1 :]
    if isinstance(value, dict) and value:
        name = data.draw(st.sampled_from(list(value)))
        return {**value, name: mutate(data, value[name])}
    if isinstance(value, Point):
        return Point(mutate(data, value.x), value.y)
    return data.draw(scalars)


def test_stable_hash_is_the_hash_of_the_joined_texts() -> None:
    assert stable_hash("a") == hashlib.md5(b"a").hexdigest() == stable_hash(b"a")
    assert stable_hash("a", "b") == stable_hash("ab")
    assert stable_hash("a", hash_algo=hashlib.sha256) == hashlib.sha256(b"a").hexdigest()


def test_hash_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 3_000_000)
    assert file_hash(path) == hashlib.md5(path.read_bytes()).hexdigest()
    assert file_hash(str(path), hash_algo=hashlib.sha1) == hashlib.sha1(path.read_bytes()).hexdigest()


def test_another_algorithm() -> None:
    assert len(key(1)) == 32
    assert len(hash_objects(1, hash_algo=hashlib.sha256) or "") == 64
