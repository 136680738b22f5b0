"""Where the data goes: one schema on SQLite or PostgreSQL. Writes are upserts: two loads equal one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

schema = sa.MetaData()

airlines = sa.Table(
    "airlines",
    schema,
    sa.Column("carrier", sa.Text, primary_key=True),
    sa.Column("name", sa.Text),
)
airports = sa.Table(
    "airports",
    schema,
    sa.Column("faa", sa.Text, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("tzone", sa.Text),
)
planes = sa.Table(
    "planes",
    schema,
    sa.Column("tailnum", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer),
    sa.Column("manufacturer", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("seats", sa.Integer),
)
flights = sa.Table(
    "flights",
    schema,
    sa.Column("scheduled_at", sa.Text, primary_key=True),
    sa.Column("carrier", sa.Text, sa.ForeignKey("airlines.carrier"), primary_key=True),
    sa.Column("flight", sa.Integer, primary_key=True),
    sa.Column("origin", sa.Text, sa.ForeignKey("airports.faa"), primary_key=True),
    sa.Column("destination", sa.Text, sa.ForeignKey("airports.faa"), nullable=False),
    sa.Column("plane", sa.Text, sa.ForeignKey("planes.tailnum"), nullable=False),
    sa.Column("month", sa.Integer, nullable=False, index=True),
    sa.Column("departure_delay", sa.Integer, nullable=False),
    sa.Column("arrival_delay", sa.Integer, nullable=False),
    sa.Column("minutes_in_air", sa.Integer, nullable=False),
    sa.Column("miles", sa.Integer, nullable=False),
    sa.Column("speed", sa.Float, nullable=False),
    sa.Column("on_time", sa.Integer, nullable=False),
)
rejects = sa.Table(
    "rejects",
    schema,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("row", sa.Text, nullable=False),
)

DIMENSIONS = {"airlines": airlines, "airports": airports, "planes": planes}


def create(url: str) -> None:
    """Create the tables that are missing."""
    with _connect(url) as connection:
        schema.create_all(connection)


def drop(url: str) -> None:
    """Remove the tables and all they hold."""
    with _connect(url) as connection:
        schema.drop_all(connection)


def upsert_dimension(url: str, name: str, rows: pd.DataFrame) -> int:
    """Bring one dimension up to date; return how many rows it was given."""
    with _connect(url) as connection:
        _upsert(connection, DIMENSIONS[name], _records(rows, DIMENSIONS[name]))
    return len(rows)


def book(url: str, lines: tuple[int, int], facts: pd.DataFrame, refused: pd.DataFrame) -> None:
    """Book what became of lines `first` to `last` of the export, all in one transaction.

    Rejects of these lines from an earlier load go: a row that a mended rule now lets pass is no reject any
    more.
    """
    with _connect(url) as connection:
        connection.execute(rejects.delete().where(rejects.c.line.between(*lines)))
        _upsert(connection, rejects, _records(refused, rejects))
        _add_unknown_planes(connection, facts)
        _upsert(connection, flights, _records(facts, flights))


def month_totals(url: str, month: int) -> dict[str, float]:
    """What the warehouse holds for one month: `flights`, `miles` and the per cent `on_time`."""
    facts, totals = flights.c, sa.func
    query = sa.select(
        totals.count().label("flights"),
        totals.coalesce(totals.sum(facts.miles), 0).label("miles"),
        totals.coalesce(totals.avg(facts.on_time) * 100, 0).label("on_time"),
    ).where(facts.month == month)
    with _connect(url) as connection:
        found = connection.execute(query).one()
    return {"flights": found.flights, "miles": found.miles, "on_time": round(float(found.on_time), 1)}


def counts(url: str) -> dict[str, int]:
    """How many rows each table holds."""
    with _connect(url) as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in schema.tables.items()
        }


@contextmanager
def _connect(url: str) -> Iterator[sa.Connection]:
    """One transaction on a connection of its own; SQLite's writers wait for one another."""
    engine = sa.create_engine(_driver(url), connect_args={"timeout": 60} if url.startswith("sqlite") else {})
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _add_unknown_planes(connection: sa.Connection, facts: pd.DataFrame) -> None:
    """A plane that flew but is in no register becomes a bare row; its particulars may come later."""
    rows = [{"tailnum": tailnum} for tailnum in facts["plane"].unique()]
    if rows:
        connection.execute(_insert(connection, planes).on_conflict_do_nothing(), rows)


def _upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    insert = _insert(connection, table)
    replaced = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced), rows)


def _insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _records(frame: pd.DataFrame, table: sa.Table) -> list[dict[str, Any]]:
    chosen = frame[[column.name for column in table.columns]].astype(object)
    return [{str(k): v for k, v in row.items()} for row in chosen.where(chosen.notna(), None).to_dict("records")]
