"""What tasks make is told by events, with what it was made from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from prefect import flow, task
from prefect.assets import Asset, AssetProperties, add_asset_metadata, materialize
from prefect.connect import current_runtime
from prefect.settings import get_current_settings
from prefect.task_runners import ProcessPoolTaskRunner
from prefect.testing.utilities import prefect_test_harness

ORDERS = Asset(key="s3://lake/orders", properties=AssetProperties(name="Orders", owners=["sales"]))
MADE, FAILED, USED = (
    "prefect.asset.materialization.succeeded",
    "prefect.asset.materialization.failed",
    "prefect.asset.referenced",
)


@pytest.fixture(autouse=True)
def harness() -> Iterator[None]:
    with prefect_test_harness():
        yield


def told() -> list[tuple[str, str, list[str], dict[str, Any]]]:
    """Events about assets: name, asset, ids of related assets and tools, payload."""
    current_runtime().backend.flush()
    with closing(sqlite3.connect(get_current_settings().home / "prefect.db")) as record:
        rows = record.execute("SELECT name, resource_id, related, payload FROM event ORDER BY id").fetchall()
    return [
        (name, asset, [labels["prefect.resource.id"] for labels in json.loads(related)
                       if labels["prefect.resource.role"].startswith("asset")], json.loads(payload))
        for name, asset, related, payload in rows if name.startswith("prefect.asset")
    ]  # fmt: skip


@task(asset_deps=["s3://raw/orders"])
def read() -> list[int]:
    return [1, 2, 3]


@task
def clean(rows: list[int]) -> list[int]:
    return rows


@materialize(ORDERS, by="dbt")
def write(rows: list[int]) -> int:
    ORDERS.add_metadata({"rows": len(rows)})
    add_asset_metadata("s3://lake/orders", {"clean": True})
    return len(rows)


@materialize("s3://lake/summary")
def summarize(count: int) -> int:
    return count


def test_assets_are_followed_through_tasks_that_make_none() -> None:
    @flow
    def main() -> int:
        return summarize.submit(write.submit(clean.submit(read.submit()))).result()

    assert main() == 3
    assert told() == [
        (USED, "s3://raw/orders", [], {}),
        (MADE, "s3://lake/orders", ["dbt", "s3://raw/orders"], {"rows": 3, "clean": True}),
        (USED, "s3://lake/orders", [], {}),
        (MADE, "s3://lake/summary", ["s3://lake/orders"], {}),
    ]


def test_in_another_process_too() -> None:
    @flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
    def main() -> int:
        return write.submit(read.submit()).result()

    assert main() == 3
    assert told()[-1] == (MADE, "s3://lake/orders", ["dbt", "s3://raw/orders"], {"rows": 3, "clean": True})


def test_what_failed_and_what_was_cached() -> None:
    @materialize("s3://lake/broken")
    def broken() -> None:
        raise ValueError("broken")

    @materialize("s3://lake/cached", cache_key_fn=lambda *_: "same", persist_result=True)
    def cached() -> int:
        return 1

    @flow
    def main() -> None:
        broken(return_state=True)
        cached()
        cached()

    main()
    assert told() == [(FAILED, "s3://lake/broken", [], {}), (MADE, "s3://lake/cached", [], {})]


def test_options_are_changed_like_any_other() -> None:
    changed = write.with_options(assets=["s3://lake/other"], by="spark", retries=2)
    assert (changed.assets, changed.materialized_by, changed.retries) == ([Asset(key="s3://lake/other")], "spark", 2)
    assert (write.assets, write.materialized_by, write.retries) == ([ORDERS], "dbt", 0)
    assert write.with_options(name="again").assets == [ORDERS]


def test_an_asset_has_an_address() -> None:
    from pydantic import ValidationError

    for key in ("orders", "s3://lake/a b", "s3://" + "x" * 600):
        with pytest.raises(ValidationError):
            Asset(key=key)
    assert repr(ORDERS) == "Asset(key='s3://lake/orders')"
    with pytest.raises(TypeError, match="at least one asset"):
        materialize()


def test_metadata_belong_to_what_the_task_makes() -> None:
    @task
    def plain() -> None:
        add_asset_metadata("s3://lake/orders", {})

    with pytest.raises(ValueError, match="arguments to @materialize"):
        plain()
    with pytest.raises(RuntimeError, match="not inside of an AssetContext"):
        ORDERS.add_metadata({})
