"""The data of arrays and frames (numpy, pandas, polars, pyarrow) as plain parts whose content can be told.

Nothing is imported: a value can only belong to a library that is loaded already. Parts depend on the data,
its types and names alone, not on how it lies in memory: chunks, offsets, strides and the bytes behind missing
values do not count.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

Parts = tuple[object, ...]


def frame_parts(value: object) -> Parts | None:
    """What an array or frame consists of, None for any other value. Raises TypeError for a lazy frame."""
    for package, describe in _PACKAGES.items():
        library = sys.modules.get(package)
        parts = describe(library, value) if library is not None else None
        if parts is not None:
            return parts
    return None


def _texts(values: list[Any]) -> Parts:
    """A list of objects, quickly if all are texts."""
    if all(type(value) is str for value in values):
        joined = "".join(values).encode("utf-8", "surrogatepass")
        return ("texts", array("q", map(len, values)).tobytes(), _digest(joined))
    return ("objects", values)


def _digest(content: Any) -> bytes:
    return blake2b(content, digest_size=32).digest()


# --- numpy


def _numpy_parts(np: Any, value: Any) -> Parts | None:
    if isinstance(value, np.generic):
        return ("numpy.scalar", *_array(np, np.asarray(value)))
    if not isinstance(value, np.ndarray):
        return None
    if isinstance(value, np.ma.MaskedArray):
        return ("numpy.masked", *_array(np, value.filled()), *_array(np, np.ma.getmaskarray(value)))
    return ("numpy", *_array(np, value))


def _array(np: Any, value: Any) -> Parts:
    if value.dtype.hasobject or value.dtype.kind == "T":
        return (str(value.dtype), value.shape, _texts(value.ravel().tolist()))
    flat = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
    return (str(value.dtype.descr), value.shape, _digest(memoryview(flat)))


# --- pandas


def _pandas_parts(pd: Any, value: Any) -> Parts | None:
    if isinstance(value, pd.DataFrame):
        columns = (_pandas_array(pd, value.iloc[:, position]) for position in range(value.shape[1]))
        return ("pandas.frame", _index(pd, value.columns), _index(pd, value.index), *columns)
    if isinstance(value, pd.Series):
        return ("pandas.series", value.name, _index(pd, value.index), _pandas_array(pd, value))
    if isinstance(value, pd.Index):
        return _index(pd, value)
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return ("pandas.array", _pandas_array(pd, pd.Series(value)))
    return None


def _index(pd: Any, index: Any) -> Parts:
    if isinstance(index, pd.RangeIndex):
        return ("pandas.range", index.name, index.start, index.stop, index.step)
    if isinstance(index, pd.MultiIndex):
        levels = (_index(pd, index.get_level_values(level)) for level in range(index.nlevels))
        return ("pandas.levels", *levels)
    return ("pandas.index", index.name, _pandas_array(pd, index.to_series()))


def _pandas_array(pd: Any, series: Any) -> Parts:
    """The values of one column."""
    dtype, values = series.dtype, series.array
    np = sys.modules["numpy"]
    if isinstance(dtype, np.dtype):
        return _array(np, series.to_numpy())
    name = (str(dtype), getattr(dtype, "storage", None))
    if isinstance(dtype, pd.CategoricalDtype):
        categories = _index(pd, values.categories)
        return (*name, values.ordered, categories, _array(np, values.codes))
    if hasattr(values, "asi8"):
        return (*name, _array(np, values.asi8))
    if hasattr(dtype, "numpy_dtype") and not isinstance(dtype, pd.ArrowDtype):
        filled = values.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return (*name, _array(np, filled), _array(np, series.isna().to_numpy()))
    present = series[series.notna()].to_numpy(dtype=object).tolist()
    return (*name, _array(np, series.isna().to_numpy()), _texts(present))


# --- polars


def _polars_parts(pl: Any, value: Any) -> Parts | None:
    if isinstance(value, pl.LazyFrame):
        raise TypeError("a LazyFrame has no data yet; call .collect() first")
    if isinstance(value, pl.DataFrame):
        return ("polars.frame", *((each.name, _polars_series(pl, each)) for each in value.get_columns()))
    if isinstance(value, pl.Series):
        return ("polars.series", value.name, _polars_series(pl, value))
    return None


def _polars_series(pl: Any, series: Any) -> Parts:
    kind = series.dtype
    np = sys.modules.get("numpy")
    missing = bytes(series.is_null().cast(pl.UInt8).to_list()) if series.null_count() else b""
    present = series.drop_nulls()
    if kind in (pl.Categorical, pl.Enum):
        present = present.cast(pl.String)
    if np is not None and (kind.is_numeric() or kind.is_temporal()) and not kind.is_decimal():
        return (str(kind), len(series), missing, _array(np, present.to_physical().to_numpy()))
    return (str(kind), len(series), missing, _texts(present.to_list()))


# --- pyarrow


def _arrow_parts(pa: Any, value: Any) -> Parts | None:
    if isinstance(value, (pa.Table, pa.RecordBatch)):
        names = value.schema.names
        columns = (_arrow_array(pa, value.column(position)) for position in range(len(names)))
        return ("arrow.table", tuple(names), *columns)
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        return ("arrow.array", _arrow_array(pa, value))
    if isinstance(value, pa.Scalar):
        return ("arrow.scalar", str(value.type), value.as_py())
    return None


def _arrow_array(pa: Any, values: Any) -> Parts:
    kind = str(values.type)
    missing = bytes(values.is_null().cast(pa.uint8()).to_pylist()) if values.null_count else b""
    present = values.drop_null()
    if pa.types.is_dictionary(values.type):
        chunks = present.chunks if isinstance(present, pa.ChunkedArray) else [present]
        present = pa.chunked_array([chunk.dictionary_decode() for chunk in chunks], values.type.value_type)
    np = sys.modules.get("numpy")
    if pa.types.is_temporal(present.type) and present.type != pa.month_day_nano_interval():
        present = present.cast(pa.int32() if present.type.bit_width == 32 else pa.int64())
    if np is not None and (pa.types.is_integer(present.type) or pa.types.is_floating(present.type)):
        return (kind, len(values), missing, _array(np, present.to_numpy()))
    return (kind, len(values), missing, _texts(present.to_pylist()))


_PACKAGES: dict[str, Callable[[object, object], Parts | None]] = {
    "numpy": _numpy_parts,
    "pandas": _pandas_parts,
    "polars": _polars_parts,
    "pyarrow": _arrow_parts,
}
