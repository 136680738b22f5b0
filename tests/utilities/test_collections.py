from __future__ import annotations

import io
from typing import Any

import pytest

from prefect.utilities.collections import (
    AutoEnum,
    batched_iterable,
    deep_merge,
    deep_merge_dicts,
    dict_to_flatdict,
    distinct,
    ensure_iterable,
    extract_instances,
    flatdict_to_dict,
    get_from_dict,
    isiterable,
    listrepr,
    remove_nested_keys,
    set_in_dict,
)

NESTED: dict[str, Any] = {"a": {"b": 1, "c": {"d": 2}}, "e": {}}


class Colour(AutoEnum):
    RED = AutoEnum.auto()
    BLUE = AutoEnum.auto()


def test_auto_enums_are_their_names() -> None:
    assert Colour.RED == "RED" == Colour.RED.value
    assert (str(Colour.RED), repr(Colour.RED), f"{Colour.RED}") == ("Colour.RED",) * 3
    assert list(Colour) == ["RED", "BLUE"]


@pytest.mark.parametrize("value", [[], (), {}, {1}, range(2), iter([]), (each for each in [])])
def test_collections_are_iterable(value: object) -> None:
    assert isiterable(value)


@pytest.mark.parametrize("value", ["a", b"a", bytearray(), 1, None, list, io.StringIO()])
def test_texts_files_and_types_are_not(value: object) -> None:
    assert not isiterable(value)


def test_ensure_iterable() -> None:
    for kept in ([1], (1,), {1}, "ab"):
        assert ensure_iterable(kept) is kept
    assert [ensure_iterable(each) for each in (1, None, {1: 2})] == [[1], [None], [{1: 2}]]


def test_extract_instances() -> None:
    objects = [1, "a", 2.0, "b", True]
    assert extract_instances(objects, str) == ["a", "b"]
    assert extract_instances(objects, (int, float)) == {int: [1], float: [2.0], bool: [True]}
    assert extract_instances(objects) == objects


def test_batches() -> None:
    assert list(batched_iterable(range(5), 2)) == [(0, 1), (2, 3), (4,)]
    assert list(batched_iterable([], 2)) == []


def test_distinct() -> None:
    assert list(distinct([1, 2, 1])) == [1, 2]
    assert list(distinct([1, 2, 3], key=lambda each: each % 2)) == [1, 2]


def test_listrepr() -> None:
    assert (listrepr([1, "a"]), listrepr([1, 2], ", ")) == ("1 'a'", "1, 2")


def test_flat_and_nested_dicts() -> None:
    flat = dict_to_flatdict(NESTED)
    assert flat == {("a", "b"): 1, ("a", "c", "d"): 2, ("e",): {}}
    assert flatdict_to_dict(flat) == NESTED


def test_merging() -> None:
    assert deep_merge({"a": {"b": 1}, "x": 1}, {"a": {"c": 2}, "x": {"y": 1}}) == {"a": {"b": 1, "c": 2}, "x": {"y": 1}}
    assert deep_merge_dicts({"a": 1}, {"b": 2}, {"a": 3}) == {"a": 3, "b": 2}
    untouched = {"a": {"b": 1}}
    deep_merge(untouched, {"a": {"c": 1}})
    assert untouched == {"a": {"b": 1}}


def test_removing_keys() -> None:
    assert remove_nested_keys(["b"], {"b": 1, "a": {"b": 2, "c": 3}}) == {"a": {"c": 3}}
    assert remove_nested_keys(["a"], 5) == 5


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.b", 1), (["a", "b"], 1), ("a.x", "none"), ("a.b.c", "none"), ("l.1.m", 2), ("l[1].m", 2), ("l[9]", "none")],
)
def test_getting_by_path(path: str | list[str], found: object) -> None:
    nested = {"a": {"b": 1}, "l": [0, {"m": 2}]}
    assert get_from_dict(nested, path, default="none") == found


def test_setting_by_path() -> None:
    target: dict[str, Any] = {"a": {"b": 1}}
    set_in_dict(target, "a.c", 2)
    set_in_dict(target, ["x", "y"], 3)
    assert target == {"a": {"b": 1, "c": 2}, "x": {"y": 3}}
    with pytest.raises(TypeError, match="non-dict value"):
        set_in_dict(target, "a.b.c", 4)
