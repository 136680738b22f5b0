"""What makes a posting good, and what a good posting looks like in the warehouse: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

import pandas as pd

ON_TIME_MINUTES = 15
FASTEST_MPH = 700


@dataclass(frozen=True)
class Checked:
    """A chunk after validation: what passed, and what did not with the first reason that applied."""

    good: pd.DataFrame
    rejects: pd.DataFrame


def check(chunk: pd.DataFrame, airports: Set[str]) -> Checked:
    """Split a chunk of the export into good rows and rejects (columns `line`, `reason`, `row` as JSON)."""
    reasons = pd.Series(pd.NA, index=chunk.index, dtype="string")
    for reason, offends in rules(airports):
        reasons = reasons.mask(reasons.isna() & offends(chunk), reason)
    bad = chunk[reasons.notna()]
    rejects = pd.DataFrame({"line": bad.index, "reason": reasons[bad.index], "row": _as_json(bad)})
    return Checked(chunk[reasons.isna()], rejects)


def rules(airports: Set[str]) -> list[tuple[str, Callable[[pd.DataFrame], pd.Series[bool]]]]:
    """The reasons for refusing a row, in the order they are tried, each with a test of which rows offend."""
    return [
        ("never departed", lambda rows: rows["dep_time"].isna()),
        ("never arrived", lambda rows: rows["arr_time"].isna()),
        ("diverted, no time in the air", lambda rows: rows["air_time"].isna()),
        ("unknown destination", lambda rows: ~rows["dest"].isin(list(airports))),
        ("impossible speed", lambda rows: _speed(rows) > FASTEST_MPH),
    ]


def to_facts(rows: pd.DataFrame) -> pd.DataFrame:
    """Good rows of the export as facts: typed, renamed, with what reports ask for worked out once."""
    scheduled = pd.to_datetime(rows["time_hour"], utc=True)
    return pd.DataFrame(
        {
            "scheduled_at": scheduled.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "carrier": rows["carrier"],
            "flight": rows["flight"].astype(int),
            "origin": rows["origin"],
            "destination": rows["dest"],
            "plane": rows["tailnum"],
            "month": rows["month"].astype(int),
            "departure_delay": rows["dep_delay"].astype(int),
            "arrival_delay": rows["arr_delay"].astype(int),
            "minutes_in_air": rows["air_time"].astype(int),
            "miles": rows["distance"].astype(int),
            "speed": _speed(rows).round(1),
            "on_time": (rows["arr_delay"].astype(int) <= ON_TIME_MINUTES).astype(int),
        }
    )


def _speed(rows: pd.DataFrame) -> pd.Series[float]:
    return rows["distance"].astype(float) / (rows["air_time"].astype(float) / 60)


def _as_json(rows: pd.DataFrame) -> list[str]:
    return rows.to_json(orient="records", lines=True).splitlines() if len(rows) else []
