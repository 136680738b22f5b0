"""Content hashes of arrays and frames: by data, not by how it lies in memory."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from prefect.exceptions import HashError
from prefect.utilities.hashing import hash_objects

MOMENTS = [datetime.datetime(2020, 1, day) for day in (1, 2, 3)]
COLUMNS: dict[str, list[Any]] = {
    "ints": [1, 2, 3],
    "floats": [1.0, 2.5, -1.0],
    "texts": ["a", "bc", "d"],
    "bools": [True, False, True],
    "moments": MOMENTS,
    "gaps": ["x", None, "z"],
}
BUILDERS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
}
CHANGES: dict[str, Any] = {"ints": 4, "floats": 2.6, "texts": "x", "bools": False, "moments": MOMENTS[0], "gaps": None}


def key(value: Any) -> str:
    found = hash_objects(value, raise_on_failure=True)
    assert found is not None
    return found


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_equal_frames_have_equal_hashes(build: Callable[..., Any]) -> None:
    assert key(build(COLUMNS)) == key(build({name: list(values) for name, values in COLUMNS.items()}))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_a_changed_cell_changes_the_hash(build: Callable[..., Any], column: str) -> None:
    changed = {**COLUMNS, column: [*COLUMNS[column][:2], CHANGES[column]]}
    assert key(build(changed)) != key(build(COLUMNS))


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_names_order_and_types_of_columns_count(build: Callable[..., Any]) -> None:
    frames = [
        {"a": [1, 2], "b": [3, 4]},
        {"b": [3, 4], "a": [1, 2]},
        {"a": [1, 2], "c": [3, 4]},
        {"a": [1.0, 2.0], "b": [3, 4]},
        {"a": ["1", "2"], "b": [3, 4]},
        {"a": [1, 2]},
    ]
    assert len({key(build(frame)) for frame in frames}) == len(frames)


def test_libraries_differ() -> None:
    assert len({key(build(COLUMNS)) for build in BUILDERS.values()}) == 3


# --- numpy


def test_arrays_by_content() -> None:
    array = np.arange(12).reshape(3, 4)
    assert (
        key(array) == key(array.copy()) == key(np.asfortranarray(array)) == key(np.arange(24)[::2].reshape(3, 4) // 2)
    )


def test_shape_type_and_content_of_arrays_count() -> None:
    arrays = [
        np.arange(12),
        np.arange(12).reshape(3, 4),
        np.arange(12).reshape(4, 3),
        np.arange(12, dtype="int32"),
        np.arange(12, dtype="float64"),
        np.arange(1, 13),
        np.array([], dtype="int64"),
        np.array(5),
        np.int64(5),
        5,
        np.array(["a", "b"]),
        np.array(["a", "b"], dtype=object),
        np.array(["a", 1], dtype=object),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array(["2020-01-01"], dtype="datetime64[s]"),
        np.array([(1, 2.0)], dtype=[("x", "i4"), ("y", "f8")]),
        np.array([(1, 2.0)], dtype=[("x", "i4"), ("z", "f8")]),
        np.ma.array([1, 2], mask=[True, False]),
        np.ma.array([1, 2], mask=[False, False]),
        np.array(["a", "bc"], dtype=np.dtypes.StringDType()),
    ]
    assert len({key(array) for array in arrays}) == len(arrays)


def test_arrays_of_what_has_no_content() -> None:
    with pytest.raises(HashError):
        key(np.array([threading.Lock()], dtype=object))


# --- pandas


def test_index_of_a_frame_counts() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    frames = [
        frame,
        frame.set_axis(["x", "y"]),
        frame.rename_axis("n"),
        frame.set_axis(pd.MultiIndex.from_tuples([(1, 2), (1, 3)])),
    ]
    assert len({key(each) for each in frames}) == len(frames)


SERIES: dict[str, Any] = {
    "masked": pd.array([1, None, 3], dtype="Int64"),
    "masked bool": pd.array([True, None, False], dtype="boolean"),
    "category": pd.Categorical(["a", "b", "a"]),
    "ordered": pd.Categorical(["a", "b", "a"], ordered=True),
    "zone": pd.date_range("2020", periods=3, tz="Europe/Paris"),
    "other zone": pd.date_range("2020", periods=3, tz="UTC"),
    "no zone": pd.date_range("2020", periods=3),
    "period": pd.period_range("2020", periods=3, freq="M"),
    "delta": pd.to_timedelta([1, 2, 3], unit="s"),
    "string": pd.array(["a", None, "c"], dtype="string"),
    "arrow": pd.array([1, None, 3], dtype="int64[pyarrow]"),
    "interval": pd.interval_range(0, 3),
    "sparse": pd.arrays.SparseArray([0, 0, 1]),
    "object": np.array([1, "a", None], dtype=object),
}


@pytest.mark.parametrize("name", SERIES)
def test_series_of_every_kind(name: str) -> None:
    values = SERIES[name]
    series = pd.Series(values, name="n")
    assert key(series) == key(pd.Series(values.copy(), name="n"))
    assert key(series) != key(series.rename("m"))
    assert key(series) != key(series[::-1].reset_index(drop=True)) or name in ("category", "ordered")
    assert key(series) != key(series.iloc[:2])


def test_kinds_of_series_differ() -> None:
    assert len({key(pd.Series(values)) for values in SERIES.values()}) == len(SERIES)


def test_views_of_a_frame() -> None:
    frame = pd.DataFrame({"a": range(10), "b": list("abcdefghij")})
    part = frame[frame.a > 5].reset_index(drop=True)
    assert key(part) == key(pd.DataFrame({"a": range(6, 10), "b": list("ghij")}))


def test_indexes_and_arrays() -> None:
    assert key(pd.Index([1, 2])) == key(pd.Index([1, 2])) != key(pd.Index([2, 1]))
    assert key(pd.array([1, None])) == key(pd.array([1, None])) != key(pd.array([1, 2]))


# --- polars


def test_chunks_of_polars_do_not_count() -> None:
    frame = pl.DataFrame(COLUMNS)
    parts = pl.concat([frame[:1], frame[1:]], rechunk=False)
    assert parts.n_chunks() == 2
    assert key(parts) == key(frame)


@pytest.mark.parametrize(
    "series",
    [
        pl.Series("n", ["a", "b", "a"], dtype=pl.Categorical),
        pl.Series("n", [[1], [2, 3], None]),
        pl.Series("n", [{"a": 1}, {"a": 2}, None]),
        pl.Series("n", [datetime.date(2020, 1, 1), None, datetime.date(2020, 1, 2)]),
        pl.Series("n", [b"a", b"b", None]),
        pl.Series("n", [1, None, 3]),
    ],
    ids=lambda series: str(series.dtype),
)
def test_series_of_polars(series: pl.Series) -> None:
    assert key(series) == key(series.clone())
    assert key(series) != key(series.rename("m"))
    assert key(series) != key(series[:2])
    assert key(series) != key(series.reverse()) or series.dtype == pl.Categorical


def test_missing_is_not_zero() -> None:
    assert key(pl.Series([None, 1], dtype=pl.Int64)) != key(pl.Series([0, 1], dtype=pl.Int64))
    assert key(pa.array([None, 1])) != key(pa.array([0, 1]))
    assert key(pd.Series([None, 1], dtype="Int64")) != key(pd.Series([0, 1], dtype="Int64"))


def test_a_lazy_frame_has_no_content() -> None:
    with pytest.raises(HashError, match="collect"):
        key(pl.LazyFrame({"a": [1]}))


# --- pyarrow


def test_chunks_and_slices_of_arrow_do_not_count() -> None:
    table = pa.table(COLUMNS)
    assert key(pa.concat_tables([table.slice(0, 1), table.slice(1)])) == key(table)
    assert key(table.slice(1, 2)) == key(pa.table({name: values[1:] for name, values in COLUMNS.items()}))


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([[1], [2, 3], None]),
        pa.array([{"a": 1}, {"a": 2}, None]),
        pa.array([1, 2, None], type=pa.timestamp("ns")),
        pa.array([1, 2, None], type=pa.date32()),
        pa.array([1, 2, None], type=pa.duration("us")),
        pa.array([1, 2, 3], type=pa.int8()),
        pa.array([1.5, 2, 3]),
        pa.chunked_array([["x"], ["y", "z"]]),
    ],
    ids=lambda array: str(array.type),
)
def test_arrays_of_arrow(array: Any) -> None:
    assert key(array) == key(array.slice(0))
    assert key(array) != key(array.slice(0, 2))


def test_batches_and_scalars_of_arrow() -> None:
    batch = pa.record_batch({"a": [1]})
    assert key(batch) == key(pa.record_batch({"a": [1]})) != key(pa.record_batch({"a": [2]}))
    assert key(pa.scalar(1)) == key(pa.scalar(1)) != key(pa.scalar(1, pa.int8()))


def test_frames_inside_other_values() -> None:
    frame = pd.DataFrame({"a": [1]})
    assert key({"frame": frame, "n": 1}) == key({"n": 1, "frame": frame.copy()}) != key({"n": 1, "frame": frame + 1})
