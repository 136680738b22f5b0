from __future__ import annotations

import hashlib
import json
import math
import os
import pickle
import threading
import time
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefect.engine.results.errors import DamagedResult
from prefect.engine.results.tags import (
    INLINE_TAG_BYTES,
    JSON,
    PICKLE,
    TOO_LARGE,
    decode_inline,
    encode_inline,
    record_tag,
)
from prefect.exceptions import UntrustedResult

KEY, OTHER = b"k" * 32, b"o" * 32


class Planted:
    """Runs a command when unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and self.x == other.x


def round_trip(value: Any) -> Any:
    inline = encode_inline(value, KEY)
    assert inline is not None
    return decode_inline(inline, KEY)


@pytest.mark.parametrize("value", [None, True, False, 0, -1, 2**60, 1.5, -0.0, "", 'ä\n"\\', "x" * 1000])
def test_plain_values_are_json_that_anybody_reads(value: Any) -> None:
    inline = encode_inline(value, KEY)
    assert inline is not None
    assert inline[0] == JSON
    assert json.loads(inline[1]) == value
    assert decode_inline(inline, b"") == value


@pytest.mark.parametrize(
    "value",
    [b"x", [1], (1,), {"a": 1}, {1}, Point(1), math.inf, 2**5000, "\ud800", 1j, "\ud83d\ude00", type("S", (str,), {})],
)
def test_other_values_are_tagged_pickles(value: Any) -> None:
    inline = encode_inline(value, KEY)
    assert inline is not None
    assert inline[0] == PICKLE


@given(st.integers() | st.floats() | st.text(st.characters()) | st.lists(st.none() | st.booleans()) | st.binary())
def test_values_come_back_as_they_were(value: Any) -> None:
    found = round_trip(value)
    assert type(found) is type(value)
    assert found == value or found != found


def test_lambdas_come_back() -> None:
    assert round_trip(lambda: 3)() == 3


def test_what_cannot_be_pickled_is_not_kept() -> None:
    assert encode_inline(threading.Lock(), KEY) is None
    assert encode_inline([1], b"") is None, "without a key nothing could be told from a planted pickle"


@pytest.mark.parametrize("value", ["x" * 101, b"x" * 101, list(range(100)), bytearray(200)])
def test_large_values_are_told(value: Any) -> None:
    assert encode_inline(value, KEY, limit=100) is TOO_LARGE
    assert encode_inline(value, KEY, limit=10_000) is not TOO_LARGE


def test_large_arrays_are_not_pickled_to_find_out() -> None:
    class Huge:
        nbytes = 10**9

        def __reduce__(self) -> str:
            raise AssertionError("pickled")

    assert encode_inline(Huge(), KEY, limit=100) is TOO_LARGE


@pytest.mark.parametrize("key", [OTHER, b""])
def test_a_planted_pickle_runs_nothing(tmp_path: Any, key: bytes) -> None:
    target = str(tmp_path / "planted")
    planted = pickle.dumps(Planted(target))
    forged = encode_inline([1], OTHER)
    assert forged is not None
    keyless = hashlib.blake2b(planted, digest_size=INLINE_TAG_BYTES, person=b"headrace.inline").digest()
    for blob in (
        keyless + planted,
        planted,
        bytes(INLINE_TAG_BYTES) + planted,
        forged[1][:INLINE_TAG_BYTES] + planted,
        b"",
        b"x",
    ):
        with pytest.raises(UntrustedResult, match="PREFECT_RESULTS_ALLOW_UNTAGGED"):
            decode_inline((PICKLE, blob), KEY if key else key)
    assert not os.path.exists(target)


def test_any_changed_byte_is_noticed() -> None:
    inline = encode_inline({"a": [1, 2, 3]}, KEY)
    assert inline is not None
    for place in range(len(inline[1])):
        changed = bytearray(inline[1])
        changed[place] ^= 1
        with pytest.raises(UntrustedResult):
            decode_inline((PICKLE, bytes(changed)), KEY)


def test_untagged_pickles_can_be_allowed() -> None:
    blob = bytes(INLINE_TAG_BYTES) + pickle.dumps([1])
    assert decode_inline((PICKLE, blob), KEY, allow_untagged=True) == [1]
    with pytest.raises(DamagedResult, match="cannot be unpickled"):
        decode_inline((PICKLE, blob[:-3]), KEY, allow_untagged=True)


def test_classes_of_main_are_found_elsewhere() -> None:
    module = ModuleType("script")
    exec("class Thing:\n    x = 1", {"__name__": "__main__"}, module.__dict__)
    main = __import__("__main__")
    main.Thing = module.Thing
    try:
        inline = encode_inline(module.Thing(), KEY)
    finally:
        del main.Thing
    assert inline is not None
    with pytest.raises(DamagedResult):
        decode_inline(inline, KEY)
    assert decode_inline(inline, KEY, module).x == 1


def test_a_tag_depends_on_everything() -> None:
    tag = record_tag(KEY, "key", {"a": 1, "b": 2}, b"payload")
    assert tag == record_tag(KEY, "key", {"b": 2, "a": 1}, b"payload")
    others = [
        record_tag(OTHER, "key", {"a": 1, "b": 2}, b"payload"),
        record_tag(KEY, "keys", {"a": 1, "b": 2}, b"payload"),
        record_tag(KEY, "key", {"a": 1, "b": 3}, b"payload"),
        record_tag(KEY, "key", {"a": 1, "b": 2}, b"payloae"),
    ]
    assert len({tag, *others}) == 5
    assert record_tag(KEY, "k", {}, b"x{}y") != record_tag(KEY, "k{}x", {}, b"y"), "parts must not flow together"


@pytest.mark.parametrize(("value", "microseconds"), [(None, 2), (5, 4), ("text", 4), ({"a": 1, "b": "x"}, 20)])
def test_keeping_small_results_is_cheap(value: Any, microseconds: float) -> None:
    """About five times what it takes on a quiet machine."""
    fastest = min(_seconds(value) for _ in range(20))
    assert fastest * 1_000_000 < microseconds


def _seconds(value: Any, calls: int = 200) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        encode_inline(value, KEY, 8192)
    return (time.perf_counter() - start) / calls
