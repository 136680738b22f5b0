"""Frames as columns on disk: Parquet and Arrow files, readable by anything that reads those.

A frame comes back as what it was: a pandas, polars or pyarrow one. Which is noted in the file. Neither format
can hold code, so records of them need no tag to be read.
"""

from __future__ import annotations

import sys
from typing import Any

from prefect.engine.results.serializers import Serializer
from prefect.exceptions import SerializationError

_KIND = b"headrace.kind"
_SERIES = b"headrace.series"


class ArrowSerializer(Serializer):
    """pandas, polars and pyarrow frames and series as an Arrow file; needs pyarrow.

    Args:
        compression: "zstd", "lz4" or None.
    """

    type: str = "arrow"
    compression: str | None = "zstd"

    def dumps(self, obj: object) -> bytes:
        pyarrow = _pyarrow()
        table = _to_table(obj, self.type)
        sink = pyarrow.BufferOutputStream()
        options = pyarrow.ipc.IpcWriteOptions(compression=self.compression)
        with pyarrow.ipc.new_file(sink, table.schema, options=options) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    def loads(self, blob: bytes) -> Any:
        pyarrow = _pyarrow()
        return _from_table(pyarrow.ipc.open_file(pyarrow.BufferReader(blob)).read_all())

    def loads_closed(self, blob: bytes) -> Any:
        return self.loads(blob)


class ParquetSerializer(Serializer):
    """pandas, polars and pyarrow frames and series as a Parquet file; needs pyarrow.

    Args:
        compression: "zstd", "snappy", "gzip", "brotli", "lz4" or "none".
    """

    type: str = "parquet"
    compression: str = "zstd"

    def dumps(self, obj: object) -> bytes:
        pyarrow = _pyarrow("parquet")
        sink = pyarrow.BufferOutputStream()
        pyarrow.parquet.write_table(_to_table(obj, self.type), sink, compression=self.compression)
        return bytes(sink.getvalue())

    def loads(self, blob: bytes) -> Any:
        pyarrow = _pyarrow("parquet")
        return _from_table(pyarrow.parquet.read_table(pyarrow.BufferReader(blob)))

    def loads_closed(self, blob: bytes) -> Any:
        return self.loads(blob)


def _pyarrow(module: str = "ipc") -> Any:
    from importlib import import_module

    try:
        import_module(f"pyarrow.{module}")
    except ImportError as error:
        raise SerializationError(
            "Frames are kept with pyarrow: pip install 'headrace[pandas]' or 'headrace[polars]'."
        ) from error
    return sys.modules["pyarrow"]


def _to_table(obj: object, serializer: str) -> Any:
    """The frame as a pyarrow table that knows what it was."""
    for package, convert in (("pandas", _from_pandas), ("polars", _from_polars), ("pyarrow", _from_pyarrow)):
        library = sys.modules.get(package)
        found = convert(library, obj) if library is not None else None
        if found is not None:
            table, kind, series = found
            notes = {_KIND: package.encode(), _SERIES: kind.encode() + b":" + series.encode()}
            return table.replace_schema_metadata({**(table.schema.metadata or {}), **notes})
    raise SerializationError(
        f"The serializer {serializer!r} keeps frames of pandas, polars and pyarrow, not a "
        f"{type(obj).__module__}.{type(obj).__qualname__}. Use another one, such as result_serializer='pickle'."
    )


_Table = tuple[Any, str, str]
_VALUES = "values"
"""What the only column of a series is called inside the file."""


def _from_pandas(pandas: Any, obj: Any) -> _Table | None:
    table = sys.modules["pyarrow"].Table
    if isinstance(obj, pandas.DataFrame):
        return table.from_pandas(obj), "frame", ""
    if isinstance(obj, pandas.Series):
        return table.from_pandas(obj.to_frame(_VALUES)), "series", _series_name(obj.name)
    return None


def _from_polars(polars: Any, obj: Any) -> _Table | None:
    if isinstance(obj, polars.LazyFrame):
        raise SerializationError("A LazyFrame has no data yet: return frame.collect() instead.")
    if isinstance(obj, polars.DataFrame):
        return obj.to_arrow(), "frame", ""
    if isinstance(obj, polars.Series):
        return obj.to_frame(_VALUES).to_arrow(), "series", _series_name(obj.name)
    return None


def _from_pyarrow(pyarrow: Any, obj: Any) -> _Table | None:
    if isinstance(obj, pyarrow.RecordBatch):
        return pyarrow.Table.from_batches([obj]), "batch", ""
    return (obj, "frame", "") if isinstance(obj, pyarrow.Table) else None


def _series_name(name: object) -> str:
    if name is None or isinstance(name, str):
        return "" if name is None else f"={name}"
    raise SerializationError(f"Only a series whose name is a text can be kept as a frame, not {name!r}.")


def _from_table(table: Any) -> Any:
    """The frame a table was made from."""
    notes = dict(table.schema.metadata or {})
    package = notes.pop(_KIND, b"pyarrow").decode()
    kind, _, series = notes.pop(_SERIES, b"frame:").decode().partition(":")
    table = table.replace_schema_metadata(notes or None)
    if package == "pandas":
        frame = table.to_pandas()
    elif package == "polars":
        from importlib import import_module

        frame = import_module("polars").from_arrow(table)
    else:
        return table.to_batches()[0] if kind == "batch" else table
    return _named(frame[_VALUES], series, package) if kind == "series" else frame


def _named(series: Any, name: str, package: str) -> Any:
    known = name[1:] if name else None
    return series.rename(known) if package == "pandas" else series.alias(known or "")
