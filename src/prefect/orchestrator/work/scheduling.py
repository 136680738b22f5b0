"""Runs that schedules make ahead of time: one for each schedule and moment, however often and wherever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.ports import Clock, FlowRunRequest
from prefect.core.schedules import Horizon, planned
from prefect.core.times import to_datetime
from prefect.orchestrator.requests import flow_runs
from prefect.storage.documents import Record
from prefect.storage.keyed.work import deployments as stored
from prefect.storage.keyed.work import pools, queues
from prefect.storage.transaction import Transaction
from prefect.utilities.names import generate_slug

TAG = "auto-scheduled"


class Plan(NamedTuple):
    """The moments at which a schedule, as it was when it was read, is to start runs."""

    schedule: Record
    moments: Sequence[int]


def plans(tx: Transaction, deployment_id: UUID, horizon: Horizon) -> list[Plan]:
    """What the active schedules of a deployment are to start; made outside a decision, since it may take a while."""
    schedules = stored.active_schedules(tx, deployment_id)
    return [Plan(schedule, planned(schedule["schedule"], horizon)) for schedule in schedules]


def make_runs(tx: Transaction, deployment_id: UUID, made: Sequence[Plan], clock: Clock) -> list[UUID]:
    """The ids of the runs that are new. Schedules that have changed since they were read make none."""
    deployment = stored.by_id(tx, deployment_id, locking=True)
    if deployment is None:
        return []
    current = {row["id"]: row["updated"] for row in stored.active_schedules(tx, deployment_id)}
    pool_name = _pool_name(tx, deployment["work_queue_id"])
    new: list[UUID] = []
    for schedule, moments in made:
        if current.get(schedule["id"]) != schedule["updated"]:
            continue
        for moment in moments:
            request = _request({**deployment, "pool_name": pool_name}, schedule, moment, clock)
            run, is_new = flow_runs.create(tx, request, clock)
            if is_new:
                stored.name_fire_time(tx, run.id, schedule["id"], moment)
                new.append(run.id)
    return new


def _pool_name(tx: Transaction, queue_id: UUID | None) -> str | None:
    queue = None if queue_id is None else queues.by_id(tx, queue_id)
    pool = None if queue is None else pools.by_id(tx, queue["work_pool_id"])
    return None if pool is None else str(pool["name"])


def _request(deployment: Record, schedule: Record, moment: int, clock: Clock) -> FlowRunRequest:
    time = to_datetime(moment)
    details = StateDetails(scheduled_time=time, deferred=False)
    state: State[object] = State(StateType.SCHEDULED, message="Flow run scheduled", state_details=details)
    deployment_id: UUID = deployment["id"]
    return FlowRunRequest(
        id=clock.new_id(),
        flow_name="",
        flow_id=deployment["flow_id"],
        name=generate_slug(2),
        state=state,
        parameters=json.dumps({**deployment["parameters"], **schedule["parameters"]}),
        tags=list(dict.fromkeys([TAG, *deployment["tags"]])),
        labels=run_labels(deployment),
        deployment_id=deployment_id,
        deployment_version=deployment["version"],
        idempotency_key=f"scheduled {deployment_id} {schedule['id']} {_local(time, schedule)}",
        work_queue_id=deployment["work_queue_id"],
        work_queue_name=deployment["work_queue_name"],
        work_pool_name=deployment["pool_name"],
        auto_scheduled=True,
        policy="{}",
        created_by=json.dumps({"id": str(schedule["id"]), "type": "SCHEDULE", "display_value": _shown(schedule)}),
    )


def _local(time: datetime, schedule: Record) -> datetime:
    try:
        return time.astimezone(ZoneInfo(schedule["schedule"].get("timezone") or "UTC"))
    except OverflowError:  # at either end of the calendar there are hours without a local time
        return time


def _shown(schedule: Record) -> str:
    kinds = ("CronSchedule", "cron"), ("RRuleSchedule", "rrule"), ("IntervalSchedule", "interval")
    kind = next((name for name, field in kinds if field in schedule["schedule"]), "Schedule")
    return schedule["slug"] or kind


def run_labels(deployment: Record) -> dict[str, object]:
    """The labels that every run of a deployment has."""
    return {**deployment["labels"], "prefect.deployment.id": str(deployment["id"])}
