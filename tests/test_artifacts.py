"""Artifacts: made in runs and outside, read back, moved on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from prefect import flow, task
from prefect.artifacts import (
    Artifact,
    ImageArtifact,
    LinkArtifact,
    MarkdownArtifact,
    ProgressArtifact,
    TableArtifact,
    acreate_markdown_artifact,
    aupdate_progress_artifact,
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.exceptions import ObjectNotFound
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


def newest(key: str) -> Artifact:
    found = Artifact.get(key)
    assert found is not None
    return found


def test_every_kind() -> None:
    create_markdown_artifact("# T", key="markdown", description="d")
    create_table_artifact([{"a": float("nan"), "b": 1}], key="table")
    create_link_artifact("http://x", "there", key="link")
    create_image_artifact("http://x/a.png", key="image")
    create_progress_artifact(101.0, key="progress")
    keys = ("markdown", "table", "link", "image", "progress")
    assert [(newest(key).type, newest(key).data) for key in keys] == [
        ("markdown", "# T"),
        ("table", '[{"a": null, "b": 1}]'),
        ("markdown", "[there](http://x)"),
        ("image", "http://x/a.png"),
        ("progress", 100.0),
    ]
    assert newest("markdown").description == "d"


def test_runs_own_their_artifacts() -> None:
    @task
    def work() -> UUID:
        return create_markdown_artifact("in task", key="inner")

    @flow
    def main() -> UUID:
        create_markdown_artifact("in flow", key="outer")
        return work()

    made = main()
    inner, outer = newest("inner"), newest("outer")
    assert inner.id == made
    assert inner.flow_run_id == outer.flow_run_id is not None
    assert (inner.task_run_id is not None, outer.task_run_id) == (True, None)


def test_the_newest_of_a_key_counts() -> None:
    for text in ("first", "second"):
        create_markdown_artifact(text, key="key")
    assert newest("key").data == "second"
    assert Artifact.get("nothing") is None


def test_get_or_create() -> None:
    found = [MarkdownArtifact.get_or_create(key="k", markdown=text) for text in ("one", "two")]
    assert [(each.data, created) for each, created in found] == [("one", True), ("one", False)]


def test_progress_moves_on() -> None:
    made = create_progress_artifact(10.0, key="p", description="d")
    assert update_progress_artifact(made, 55.5) == made
    assert (newest("p").data, newest("p").description) == (55.5, "d")
    update_progress_artifact(made, 100, description="done")
    assert (newest("p").data, newest("p").description) == (100, "done")
    with pytest.raises(ObjectNotFound):
        update_progress_artifact(uuid4(), 5.0)


@pytest.mark.parametrize("key", ["Upper", "with space", "under_score"])
def test_keys_refused(key: str) -> None:
    with pytest.raises(ValueError, match="Artifact key"):
        create_markdown_artifact("m", key=key)


def test_tables_refused() -> None:
    table: Any = "text"
    with pytest.raises(ValueError, match="A table is"):
        create_table_artifact(table)


@pytest.mark.parametrize(
    ("artifact", "formatted"),
    [
        (MarkdownArtifact("x"), "x"),
        (LinkArtifact("http://x"), "[http://x](http://x)"),
        (TableArtifact({"a": [1]}), '{"a": [1]}'),
        (ProgressArtifact(-1.0), 0.0),
        (ImageArtifact("http://x"), "http://x"),
        (Artifact(data={"a": 1}), '{"a": 1}'),
    ],
)
def test_formatted(artifact: Artifact, formatted: Any) -> None:
    assert artifact.format() == formatted


def test_equality_and_text() -> None:
    assert MarkdownArtifact("x", key="k") == MarkdownArtifact("x", key="k")
    assert MarkdownArtifact("x") != MarkdownArtifact("y")
    assert repr(MarkdownArtifact("x", key="k")).startswith("MarkdownArtifact(key='k', type='markdown'")


async def test_asynchronously() -> None:
    @flow
    async def main() -> UUID:
        return await acreate_markdown_artifact("async", key="async")

    made = await main()
    found = await Artifact.aget("async")
    assert found is not None
    assert found.id == made
    awaitable: Any = create_progress_artifact(1.0)
    assert await aupdate_progress_artifact(await awaitable, 2.0) is not None
    assert await ImageArtifact("http://x").aformat() == "http://x"
