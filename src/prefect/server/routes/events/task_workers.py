"""Processes that run tasks from the queue."""

from __future__ import annotations

from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.routing import Route
from prefect.server.views.events import task_worker_json
from prefect.storage.aggregates.events.task_workers import seen_lately
from prefect.wire.requests.work import TaskWorkersFilterBody
from prefect.wire.work.workers import TaskWorkerResponse


def page(call: Call[TaskWorkersFilterBody]) -> Answer:
    """The processes that are there, or those that run one of these tasks."""
    wanted = call.body.task_worker_filter
    rows = seen_lately(call.world.reading, call.world.clock.now(), None if wanted is None else wanted.task_keys)
    return answers.json([task_worker_json(row) for row in rows])


ROUTES = (
    Route("POST", "/task_workers/filter", page, body=TaskWorkersFilterBody, body_required=False,
          returns=list[TaskWorkerResponse]),
)  # fmt: skip
