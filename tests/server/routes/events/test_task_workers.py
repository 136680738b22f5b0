"""Processes that run tasks from the queue, over REST."""

from __future__ import annotations

import httpx

from prefect.connect import CLOCK
from prefect.core.times import SECOND
from prefect.storage.store import Store
from tests.server.support import conforms


async def test_those_seen_lately_are_listed_by_the_tasks_they_run(api: httpx.AsyncClient, store: Store) -> None:
    now = CLOCK.now()
    for name, keys, seen in (("a", '["one", "two"]', now), ("b", '["two"]', now), ("gone", "[]", now - 3600 * SECOND)):
        values: dict[str, object] = {"name": name, "task_keys": keys, "seen": seen}
        store.transact(lambda tx, values=values: tx.insert("task_worker", values))  # type: ignore[misc]
    response = await api.post("/task_workers/filter", json={})
    listed = conforms("/task_workers/filter", "post", response)
    assert [one["identifier"] for one in listed] == ["a", "b"]
    response = await api.post("/task_workers/filter", json={"task_worker_filter": {"task_keys": ["one"]}})
    assert [(one["identifier"], one["task_keys"]) for one in response.json()] == [("a", ["one", "two"])]
