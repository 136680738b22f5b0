"""Schedules of deployments, and the runs that they make ahead of time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from prefect.core.schedules import Horizon
from prefect.core.times import SECOND
from prefect.orchestrator.work import deployments as deciding
from prefect.orchestrator.work import scheduling
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.deployments.shared import NOT_THERE, has_times, tell
from prefect.server.routes.work.numbers import fits
from prefect.server.views.deployments import moment_of, schedule_json
from prefect.storage.documents import Record
from prefect.storage.keyed.work import deployments as stored
from prefect.wire.deployments import DeploymentSchedule, DeploymentScheduleCreate, DeploymentScheduleUpdate
from prefect.wire.requests.deployments import DeploymentScheduleBody

NO_SUCH_SCHEDULE = Refusal(404, "Schedule not found.")

HORIZON = Horizon(start=0, end=100 * 86_400 * SECOND, span=3_600 * SECOND, least=3, most=100)
"""How far ahead runs are made unless a request says otherwise; `end` is counted from the start."""

MOST_RUNS = 1000
"""Runs that one request makes of one schedule."""


def read(call: Call[None]) -> Answer:
    """A deployment's schedules."""
    deployment_id = call.id()
    found = call.world.store.read(lambda tx: (stored.by_id(tx, deployment_id), stored.schedules_of(tx, deployment_id)))
    if found[0] is None:
        raise NOT_THERE
    return answers.json([schedule_json(row) for row in found[1]])


def create(call: Call[list[DeploymentScheduleCreate]]) -> Deciding[list[Record] | None]:
    """Add schedules to a deployment."""
    deployment_id, given, clock = call.id(), call.body, call.world.clock
    for number, schedule in enumerate(given):
        fits(schedule.max_scheduled_runs, number, "max_scheduled_runs")
        has_times(schedule.schedule, number, "schedule")

    def answer(made: list[Record] | None) -> Answer:
        if made is None:
            raise NOT_THERE
        tell(call, deployment_id)
        return answers.json([schedule_json(row) for row in made], 201)

    return Deciding(lambda tx: deciding.add_schedules(tx, deployment_id, given, clock), answer)


def update(call: Call[DeploymentScheduleUpdate]) -> Deciding[bool]:
    """Change what is given of a schedule."""
    deployment_id, schedule_id, given, clock = call.id(), call.id("schedule_id"), call.body, call.world.clock
    fits(given.max_scheduled_runs, "max_scheduled_runs")
    has_times(given.schedule, "schedule")
    return Deciding(
        lambda tx: deciding.change_schedule(tx, deployment_id, schedule_id, given, clock), partial(_changed, call)
    )


def delete(call: Call[None]) -> Deciding[bool]:
    """Remove a schedule with the runs it has made ahead of time."""
    deployment_id, schedule_id = call.id(), call.id("schedule_id")
    return Deciding(lambda tx: deciding.delete_schedule(tx, deployment_id, schedule_id), partial(_changed, call))


def _changed(call: AnyCall, found: bool) -> Answer:
    if not found:
        raise NO_SUCH_SCHEDULE
    tell(call, call.id())
    return NO_CONTENT


def make_runs(call: Call[DeploymentScheduleBody]) -> Deciding[list[UUID]]:
    """Make the runs of a deployment's active schedules ahead of time."""
    deployment_id, clock, horizon = call.id(), call.world.clock, _horizon(call)
    plans = call.world.store.read(lambda tx: scheduling.plans(tx, deployment_id, horizon))

    def answer(made: list[UUID]) -> Answer:
        call.world.bus.tell([Change("flow_run", run_id.hex) for run_id in made])
        return answers.json(None)

    return Deciding(lambda tx: scheduling.make_runs(tx, deployment_id, plans, clock), answer)


def _horizon(call: Call[DeploymentScheduleBody]) -> Horizon:
    body = call.body
    start = moment_of(body.start_time)
    start = call.world.clock.now() if start is None else start
    end = moment_of(body.end_time)
    return Horizon(
        start=start,
        end=start + HORIZON.end if end is None else end,
        span=HORIZON.span if body.min_time is None else max(body.min_time // timedelta(microseconds=1), 0),
        least=HORIZON.least if body.min_runs is None else body.min_runs,
        most=min(HORIZON.most if body.max_runs is None else body.max_runs, MOST_RUNS),
    )


ROUTES = (
    Route("GET", "/deployments/{id}/schedules", read, returns=list[DeploymentSchedule]),
    Route("POST", "/deployments/{id}/schedules", create, Role.EDITOR, list[DeploymentScheduleCreate],
          returns=list[DeploymentSchedule], status=201, inline=True),
    Route("PATCH", "/deployments/{id}/schedules/{schedule_id}", update, Role.EDITOR, DeploymentScheduleUpdate,
          status=204, inline=True),
    Route("DELETE", "/deployments/{id}/schedules/{schedule_id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/deployments/{id}/schedule", make_runs, Role.EDITOR, DeploymentScheduleBody, body_required=False),
)  # fmt: skip
