from __future__ import annotations

import datetime
import json
import subprocess
import sys
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefect.engine.results.frames import ArrowSerializer, ParquetSerializer
from prefect.engine.results.serializers import Serializer, resolve_serializer
from prefect.engine.results.store import ResultStore
from prefect.exceptions import SerializationError

DATA: dict[str, list[Any]] = {
    "n": [1, 2, 3],
    "x": [1.5, None, 3.0],
    "s": ["a", None, "c"],
    "t": [datetime.datetime(2020, 1, day) for day in (1, 2, 3)],
}
FRAMES: dict[str, Any] = {
    "pandas": pd.DataFrame(DATA, index=["x", "y", "z"]),
    "pandas category": pd.DataFrame({"c": pd.Categorical(["a", "b", "a"])}),
    "pandas series": pd.Series([1, 2, 3], name="n"),
    "nameless series": pd.Series([1.5, 2.5]),
    "polars": pl.DataFrame(DATA),
    "polars series": pl.Series("n", [1, None, 3]),
    "arrow table": pa.table(DATA),
    "arrow batch": pa.record_batch({"n": [1, 2]}),
    "empty": pd.DataFrame({"a": pd.Series([], dtype="int64")}),
}


def same(one: Any, other: Any) -> bool:
    return (
        bool(one.equals(other))
        and type(one) is type(other)
        and getattr(one, "name", None) == getattr(other, "name", None)
    )


@pytest.mark.parametrize("name", ["parquet", "arrow"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_frames_come_back_as_what_they_were(name: str, frame: Any) -> None:
    serializer = resolve_serializer(name)
    blob = serializer.dumps(frame)
    assert same(serializer.loads(blob), frame)
    assert same(serializer.loads_closed(blob), frame)


@pytest.mark.parametrize("name", ["parquet", "arrow"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_frames_in_a_store(store: ResultStore, name: str, frame: Any) -> None:
    store.serializer = resolve_serializer(name)
    store.write(frame, key="frame")
    assert same(store.read("frame").result, frame)


def test_other_programs_read_the_file(tmp_path: Any) -> None:
    path = tmp_path / "file.parquet"
    path.write_bytes(ParquetSerializer(compression="gzip").dumps(FRAMES["polars"]))
    assert pq.read_table(path).to_pydict()["n"] == [1, 2, 3]
    assert list(pd.read_parquet(path).n) == [1, 2, 3]


def test_notes_of_the_users_stay() -> None:
    table = pa.table({"a": [1]}).replace_schema_metadata({"mine": "yes"})
    assert ArrowSerializer(compression=None).loads(ArrowSerializer().dumps(table)).schema.metadata == {b"mine": b"yes"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([1], "not a builtins.list"),
        (pl.LazyFrame({"a": [1]}), r"return frame.collect\(\)"),
        (pd.Series([1], name=(1, 2)), "name is a text"),
    ],
)
@pytest.mark.parametrize("serializer", [ArrowSerializer(), ParquetSerializer()], ids=["arrow", "parquet"])
def test_what_is_no_frame(serializer: Serializer, value: Any, problem: str) -> None:
    with pytest.raises(SerializationError, match=problem):
        serializer.dumps(value)


def test_without_pyarrow_the_extra_is_named() -> None:
    code = (
        "import sys, json; sys.modules['pyarrow'] = None\n"
        "from prefect.engine.results.frames import ParquetSerializer\n"
        "try: ParquetSerializer().dumps(1)\n"
        "except Exception as error: print(json.dumps([type(error).__name__, str(error)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kind, message = json.loads(done.stdout)
    assert kind == "SerializationError"
    assert "headrace[pandas]" in message
