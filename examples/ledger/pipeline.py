"""The pipeline: what runs, in which order, and what runs side by side.

A run that was killed is finished with `prefect flow-run retry ID`: the export is read again, and what had been
checked and booked isn't done again. A chunk in flight at that moment is booked once more, to the same effect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from examples.ledger import report, rules, source, warehouse
from examples.ledger.report import Tally
from examples.ledger.rules import Checked
from prefect import flow, get_run_logger, runtime, task, unmapped
from prefect.artifacts import create_markdown_artifact, create_table_artifact

MONTHS = range(1, 13)


@task
def prepare(url: str) -> None:
    warehouse.create(url)


@task(retries=3, retry_delay_seconds=[0.1, 0.2, 0.4])
def read_reference(name: str) -> pd.DataFrame:
    return source.fetch_reference(name, attempt=runtime.task_run.run_count)


@task(task_run_name="update-{name}", retries=2, retry_delay_seconds=1)
def update_dimension(url: str, name: str, rows: pd.DataFrame) -> int:
    return warehouse.upsert_dimension(url, name, rows)


@task
def extract(chunk_rows: int, limit: int | None) -> Iterator[pd.DataFrame]:
    yield from source.read_export(chunk_rows, limit)


@task
def validate(chunk: pd.DataFrame, airports: frozenset[str]) -> Checked:
    return rules.check(chunk, airports)


@task
def transform(rows: pd.DataFrame) -> pd.DataFrame:
    return rules.to_facts(rows)


@task(task_run_name="book-{first}-{last}", retries=2, retry_delay_seconds=1)
def book(url: str, first: int, last: int, facts: pd.DataFrame, rejects: pd.DataFrame) -> Tally:
    warehouse.book(url, (first, last), facts, rejects)
    return Tally(last - first + 1, len(facts), Counter(rejects["reason"].tolist()))


@task(task_run_name="total-month-{month}")
def total_month(url: str, month: int) -> dict[str, Any]:
    return {"month": month, **warehouse.month_totals(url, month)}


@task
def publish(tally: Tally, dimensions: dict[str, int], months: list[dict[str, Any]]) -> None:
    create_markdown_artifact(key="ledger-load", markdown=report.as_markdown(tally, dimensions, months))
    create_table_artifact(
        key="ledger-rejects",
        table=[{"reason": reason, "rows": rows} for reason, rows in tally.rejected.most_common()],
        description="Rows of the export that were not booked, by the first reason that applied",
    )


@flow(name="ledger")
def load_ledger(warehouse_url: str, chunk_rows: int = 20_000, limit: int | None = None) -> Tally:
    """Load the export into the warehouse; return what became of its rows."""
    prepare(warehouse_url)
    names = list(warehouse.DIMENSIONS)
    references = read_reference.map(names)
    updates = update_dimension.map(unmapped(warehouse_url), names, references)
    airports = frozenset(references[names.index("airports")].result()["faa"])
    # Facts refer to dimensions, so these come first; a failed one fails the run here.
    dimensions = dict(zip(names, updates.result(), strict=True))

    tally = load_facts(warehouse_url, extract(chunk_rows, limit), airports)
    tally.check()
    months = total_month.map(unmapped(warehouse_url), MONTHS)
    publish(tally, dimensions, months.result())
    return tally


def load_facts(url: str, chunks: Iterator[pd.DataFrame], airports: frozenset[str]) -> Tally:
    """Take the chunks as they come, one at a time, so that memory does not grow with the export."""
    logger = get_run_logger()
    tally = Tally()
    for chunk in chunks:
        checked = validate(chunk, airports)
        facts = transform(checked.good)
        tally.add(book(url, int(chunk.index[0]), int(chunk.index[-1]), facts, checked.rejects))
        logger.info("%s rows read, %s booked, %s rejected", tally.read, tally.booked, tally.rejected.total())
    return tally
