"""Task runs: made, looked up, renamed, deleted, and taken from state to state."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from prefect.core.lifecycle.runs import TaskRun as CoreTaskRun
from prefect.core.lifecycle.states import StateType
from prefect.core.times import to_datetime
from prefect.orchestrator.requests import task_runs as deciding
from prefect.orchestrator.requests.task_runs import TaskTransition
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import not_found
from prefect.server.http.paging import filters_of, limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.runs.proposed import core_state, own_state
from prefect.server.views.orchestration import orchestration_json, run_not_found, status_of
from prefect.server.views.runs import row_of_task_run, task_run_json, task_run_on_page
from prefect.storage.aggregates import task_runs
from prefect.storage.keyed.runs import task_runs as stored
from prefect.storage.keyed.runs.task_runs import NewTaskRun
from prefect.wire.requests.task_runs import (
    TaskRunsCountBody,
    TaskRunSetStateBody,
    TaskRunsFilterBody,
    TaskRunsPageBody,
)
from prefect.wire.states import OrchestrationResult
from prefect.wire.task_runs import TaskRun, TaskRunCreate, TaskRunPaginationResponse, TaskRunUpdate

MISSING = not_found("Task")
MISSING_RUN = not_found("Task run")


# --- one run


def create(call: Call[TaskRunCreate]) -> Deciding[tuple[CoreTaskRun, bool]]:
    """Make a task run, or answer the one with these keys."""
    given, clock = call.body, call.world.clock
    state = own_state(StateType.PENDING) if given.state is None else core_state(given.state, clock.now())
    new = NewTaskRun(
        given.id or clock.new_id(),
        given.flow_run_id,
        given.name,
        given.task_key,
        given.dynamic_key,
        given.tags,
        given.labels,
        given.empirical_policy.model_dump(mode="json"),
        {name: [each.model_dump(mode="json") for each in inputs] for name, inputs in given.task_inputs.items()},
        given.task_version,
        given.cache_key,
        given.cache_expiration,
    )
    return Deciding(lambda tx: deciding.create(tx, new, state, clock), partial(_created, call))


def _created(call: AnyCall, made: tuple[CoreTaskRun, bool]) -> Answer:
    run, new = made
    _tell(call, run)
    shown = task_run_json(row_of_task_run(run), to_datetime(call.world.clock.now()))
    return answers.json(shown, 201 if new else 200)


def _tell(call: AnyCall, run: CoreTaskRun) -> None:
    call.world.bus.tell([Change("task_run", (run.flow_run_id or run.id).hex)])


def read(call: Call[None]) -> Answer:
    """A task run by id."""
    row = task_runs.by_id(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(task_run_json(row, to_datetime(call.world.clock.now())))


def update(call: Call[TaskRunUpdate]) -> Deciding[bool]:
    """Give a task run another name."""
    run_id, now, given = call.id(), call.world.clock.now(), call.body

    def answer(found: bool) -> Answer:
        if not found:
            raise MISSING_RUN
        return NO_CONTENT

    if "name" not in given.model_fields_set:
        return Deciding(lambda tx: stored.load(tx, run_id) is not None, answer)
    return Deciding(lambda tx: stored.rename(tx, run_id, given.name, now), answer)


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete a task run and all that is recorded of it."""
    run_id = call.id()

    def answer(found: bool) -> Answer:
        if not found:
            raise MISSING
        call.world.bus.tell([Change("task_run", run_id.hex)])
        return NO_CONTENT

    return Deciding(lambda tx: stored.delete(tx, run_id), answer)


def set_state(call: Call[TaskRunSetStateBody]) -> Deciding[TaskTransition | None]:
    """Propose a state; answers what was decided."""
    run_id, clock = call.id(), call.world.clock
    state, force = core_state(call.body.state, clock.now()), call.body.force
    return Deciding(lambda tx: deciding.set_state(tx, run_id, state, force, clock), partial(_decided, call, run_id))


def _decided(call: AnyCall, run_id: UUID, transition: TaskTransition | None) -> Answer:
    if transition is None:
        return run_not_found("Task run", run_id)
    verdict, run = transition
    if verdict.state is not None:
        _tell(call, run)
    content = orchestration_json(verdict, run.state, call.world.clock.now(), run.flow_run_id, run.id)
    return answers.json(content, status_of(verdict))


# --- many


def page(call: Call[TaskRunsFilterBody]) -> Answer:
    """Task runs that match filters."""
    body, now = call.body, to_datetime(call.world.clock.now())
    limit = limit_of(call, body.limit)
    rows = task_runs.filtered_page(call.world.reading, filters_of(body), body.sort, limit, body.offset)
    return answers.json([task_run_json(row, now) for row in rows])


def paginate(call: Call[TaskRunsPageBody]) -> Answer:
    """A numbered page of task runs that match filters."""
    body, reading, now = call.body, call.world.reading, to_datetime(call.world.clock.now())
    limit, filters = limit_of(call, body.limit), filters_of(body)
    rows = task_runs.filtered_page(reading, filters, body.sort, limit, (body.page - 1) * limit)
    count = task_runs.filtered_count(reading, filters)
    pages = -(-count // limit) if limit else 0
    results = [task_run_on_page(row, now) for row in rows]
    return answers.json({"results": results, "count": count, "limit": limit, "pages": pages, "page": body.page})


def count(call: Call[TaskRunsCountBody]) -> Answer:
    """How many task runs match filters."""
    return answers.json(task_runs.filtered_count(call.world.reading, filters_of(call.body)))


ROUTES = (
    Route("POST", "/task_runs/", create, Role.RUNNER, TaskRunCreate, returns=TaskRun, status=201, inline=True),
    Route("GET", "/task_runs/{id}", read, returns=TaskRun),
    Route("PATCH", "/task_runs/{id}", update, Role.RUNNER, TaskRunUpdate, status=204, inline=True),
    Route("DELETE", "/task_runs/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/task_runs/{id}/set_state", set_state, Role.RUNNER, TaskRunSetStateBody,
          returns=OrchestrationResult, inline=True),
    Route("POST", "/task_runs/filter", page, body=TaskRunsFilterBody, body_required=False, returns=list[TaskRun]),
    Route("POST", "/task_runs/paginate", paginate, body=TaskRunsPageBody, body_required=False,
          returns=TaskRunPaginationResponse),
    Route("POST", "/task_runs/count", count, body=TaskRunsCountBody, body_required=False, returns=int),
)  # fmt: skip
