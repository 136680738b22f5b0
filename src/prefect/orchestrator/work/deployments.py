"""Making and changing deployments, each within one transaction.

Making one is an upsert by flow and name: what a request leaves out stays as it was, except for parameters, labels and
schedules, which are always as the request has them. Whatever changes removes the runs that were made ahead of time: they
carry copies of what they were made from, and are made again as it is now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.schedules import RULES_BEGIN
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, ParameterTypeError
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.orchestrator.work import placing
from prefect.storage.documents import Record
from prefect.storage.keyed import limits
from prefect.storage.keyed.work import deployments as stored
from prefect.storage.transaction import Transaction
from prefect.wire.deployments import (
    DeploymentCreate,
    DeploymentScheduleCreate,
    DeploymentScheduleUpdate,
    DeploymentUpdate,
)
from prefect.wire.schedules import SCHEDULE_TYPES, RRuleSchedule

COLUMNS = frozenset({
    "version", "description", "path", "entrypoint", "paused", "tags", "parameters", "parameter_openapi_schema",
    "enforce_parameter_schema", "job_variables", "pull_steps", "concurrency_options", "storage_document_id",
    "infrastructure_document_id",
})  # fmt: skip
"""Fields of requests that are columns."""

NEVER_NULL: Mapping[str, object] = {"parameters": {}, "job_variables": {}, "tags": []}
UNSET: Mapping[str, object] = {"parameter_openapi_schema": {}, "pull_steps": []}
"""What a new deployment has where a request says nothing."""

DOCUMENTS = {"storage_document_id": "storage", "infrastructure_document_id": "infrastructure"}


class InvalidSchedules(ParameterTypeError):
    """The schedules of a deployment cannot be changed like that."""


def limit_name(deployment_id: UUID) -> str:
    """The name of a deployment's own limit."""
    return f"deployment:{deployment_id}"


# --- a whole deployment


def apply(tx: Transaction, given: DeploymentCreate, clock: Clock) -> tuple[UUID, bool]:
    """The deployment of that flow and name as given, and whether it is new.

    Raises ObjectNotFound for a pool or limit that does not exist, ObjectAlreadyExists for a flow or document that does
    not, or schedules of one slug.
    """
    now, labels = clock.now(), stored.flow_labels(tx, given.flow_id)
    if labels is None:
        raise ObjectAlreadyExists(f"There is no flow {given.flow_id} to deploy; create it first.")
    known = stored.by_name(tx, given.flow_id, given.name)
    deployment_id = clock.new_id() if known is None else known["id"]
    fields = given.model_dump(mode="json", include=set(COLUMNS))
    values = {name: value for name, value in fields.items() if known is None or name in given.model_fields_set}
    values |= {"parameters": given.parameters, "updated": now}
    values["labels"] = {**labels, "prefect.flow.id": str(given.flow_id), **given.labels}
    values |= _documents(tx, given) | _placed(tx, given.work_pool_name, given.work_queue_name, clock)
    values |= _limited(tx, deployment_id, given, None if known is None else known["concurrency_limit_id"], clock)
    if known is None:
        unset = {name: value for name, value in UNSET.items() if name not in given.model_fields_set}
        key = {"id": deployment_id, "flow_id": given.flow_id, "name": given.name, "created": now}
        stored.insert(tx, {**values, **unset, **key})
        Teller(tx, clock).deployment(CREATED, {**values, **key})
    else:
        stored.change(tx, deployment_id, values)
        Teller(tx, clock).deployment(UPDATED, known, _named(values))
        stored.drop_scheduled_runs(tx, deployment_id)
    replace_schedules(tx, deployment_id, given.schedules, clock)
    return deployment_id, known is None


def update(tx: Transaction, deployment_id: UUID, given: DeploymentUpdate, clock: Clock) -> bool:
    """Change what is given of a deployment; False if there is none. Raises as `apply` does, and InvalidSchedules."""
    known = stored.by_id(tx, deployment_id, locking=True)
    if known is None:
        return False
    stated = given.model_fields_set
    fields = given.model_dump(mode="json", include=set(COLUMNS) & stated)
    values = {name: NEVER_NULL.get(name) if value is None else value for name, value in fields.items()}
    if values.get("enforce_parameter_schema", True) is None:
        del values["enforce_parameter_schema"]
    values |= _documents(tx, given) | _placed(tx, given.work_pool_name, given.work_queue_name, clock)
    if "work_pool_name" in stated and given.work_pool_name is None and given.work_queue_name is None:
        values |= {"work_queue_id": None, "work_pool_name": None}
    values |= _limited(tx, deployment_id, given, known["concurrency_limit_id"], clock)
    stored.change(tx, deployment_id, {**values, "updated": clock.now()})
    Teller(tx, clock).deployment(UPDATED, known, _named(values))
    if given.schedules:
        merge_schedules(tx, deployment_id, given.schedules, clock)
    stored.drop_scheduled_runs(tx, deployment_id)
    return True


def set_paused(tx: Transaction, deployment_id: UUID, paused: bool, clock: Clock) -> bool:
    """Pause a deployment, which removes the runs made ahead of time, or resume it; False if there is none."""
    if not stored.change(tx, deployment_id, {"paused": paused, "updated": clock.now()}):
        return False
    if paused:
        stored.drop_scheduled_runs(tx, deployment_id)
    return True


def delete(tx: Transaction, deployment_id: UUID, clock: Clock) -> bool:
    """Remove a deployment with its schedules, its own limit and its runs that have not begun; False if there is none."""
    known = stored.by_id(tx, deployment_id, locking=True)
    limits.delete(tx, limits.GLOBAL, limit_name(deployment_id))
    if known is None or not stored.delete(tx, deployment_id):
        return False
    Teller(tx, clock).deployment(DELETED, known)
    return True


def _named(values: Record) -> Record:
    """Those of a deployment's new values that a request has given."""
    return {name: value for name, value in values.items() if name not in ("updated", "labels", "concurrency_limit_id")}


def _documents(tx: Transaction, given: DeploymentCreate | DeploymentUpdate) -> Record:
    found: Record = {}
    for field, kind in DOCUMENTS.items():
        if field not in given.model_fields_set:
            continue
        document_id: UUID | None = getattr(given, field)
        if document_id is not None and not stored.document_exists(tx, document_id):
            raise ObjectAlreadyExists(
                f"Error creating deployment. Could not find {kind} block with id: {document_id}. This usually occurs when"
                " applying a deployment specification that was built against a different Prefect database / workspace."
            )
        found[field] = document_id
    return found


def _placed(tx: Transaction, pool_name: str | None, queue_name: str | None, clock: Clock) -> Record:
    place = placing.place(tx, pool_name, queue_name, clock)
    if place is None:
        return {}
    return {"work_pool_name": place.pool_name, "work_queue_name": place.queue_name, "work_queue_id": place.queue_id}


def _limited(
    tx: Transaction,
    deployment_id: UUID,
    given: DeploymentCreate | DeploymentUpdate,
    known: UUID | None,
    clock: Clock,
) -> Record:
    """The limit that a request asks for: one that exists, one of the deployment's own, or none."""
    stated, name = given.model_fields_set, limit_name(deployment_id)
    if given.global_concurrency_limit_id is not None:
        if limits.by_id(tx, given.global_concurrency_limit_id.bytes) is None:
            raise ObjectNotFound("Concurrency limit not found")
        return {"concurrency_limit_id": given.global_concurrency_limit_id}
    if given.concurrency_limit is not None:
        shared = None if known is None else limits.by_id(tx, known.bytes)
        name = name if shared is None else shared.name
        decay = 0.0 if shared is None else shared.decay
        active = True if shared is None else shared.active
        slots, now = given.concurrency_limit, clock.now()
        limits.write(tx, clock.new_id(), limits.GLOBAL, name, slots, now, active, decay)
        (limit,) = limits.find(tx, limits.GLOBAL, [name])
        return {"concurrency_limit_id": UUID(bytes=bytes(limit.id))}
    if "concurrency_limit" in stated:
        limits.delete(tx, limits.GLOBAL, name)
        return {"concurrency_limit_id": None}
    return {"concurrency_limit_id": None} if "global_concurrency_limit_id" in stated else {}


# --- its schedules


def replace_schedules(
    tx: Transaction, deployment_id: UUID, given: Sequence[DeploymentScheduleCreate], clock: Clock
) -> None:
    """Have exactly these schedules. One that comes again under its slug stays itself, so that no moment counts twice."""
    _check_slugs([schedule.slug for schedule in given])
    known = {row["slug"]: row for row in stored.schedules_of(tx, deployment_id) if row["slug"] is not None}
    stored.delete_schedules(tx, deployment_id)
    for schedule in given:
        earlier = known.get(schedule.slug)
        same = earlier is not None and earlier["schedule"] == schedule_document(schedule.schedule)
        _insert(tx, deployment_id, schedule, clock, earlier["id"] if earlier is not None and same else None)


def add_schedules(
    tx: Transaction, deployment_id: UUID, given: Sequence[DeploymentScheduleCreate], clock: Clock
) -> list[Record] | None:
    """Add schedules; None if there is no such deployment. Raises ObjectAlreadyExists for a slug that is taken."""
    if stored.by_id(tx, deployment_id, locking=True) is None:
        return None
    known = [row["slug"] for row in stored.schedules_of(tx, deployment_id)]
    _check_slugs([*known, *(schedule.slug for schedule in given)])
    ids = [_insert(tx, deployment_id, schedule, clock) for schedule in given]
    made = {row["id"]: row for row in stored.schedules_of(tx, deployment_id)}
    return [made[schedule_id] for schedule_id in ids]


def change_schedule(
    tx: Transaction, deployment_id: UUID, schedule_id: UUID, given: DeploymentScheduleUpdate, clock: Clock
) -> bool:
    """Change a schedule, which removes the runs it has made ahead of time; False if there is none.

    Raises ObjectNotFound if there is no such deployment, ObjectAlreadyExists for a slug that is taken.
    """
    known = _known(tx, deployment_id)
    if schedule_id not in known:
        return False
    changes = _changes(given)
    slugs = [row["slug"] for key, row in known.items() if key != schedule_id]
    _check_slugs([*slugs, changes.get("slug")])
    stored.change_schedule(tx, schedule_id, {**changes, "updated": clock.now()})
    stored.drop_runs_of_schedule(tx, deployment_id, schedule_id)
    return True


def delete_schedule(tx: Transaction, deployment_id: UUID, schedule_id: UUID) -> bool:
    """Remove a schedule with the runs it has made ahead of time; False if there is none. Raises ObjectNotFound."""
    _known(tx, deployment_id)
    stored.drop_runs_of_schedule(tx, deployment_id, schedule_id)
    return stored.delete_schedule(tx, deployment_id, schedule_id)


def _known(tx: Transaction, deployment_id: UUID) -> dict[UUID, Record]:
    if stored.by_id(tx, deployment_id, locking=True) is None:
        raise ObjectNotFound("Deployment not found.")
    return {row["id"]: row for row in stored.schedules_of(tx, deployment_id)}


def merge_schedules(
    tx: Transaction, deployment_id: UUID, given: Sequence[DeploymentScheduleUpdate], clock: Clock
) -> None:
    """Change the schedules of these slugs and add those that are new; ones without slugs are replaced all together."""
    known = stored.schedules_of(tx, deployment_id)
    if not all(row["slug"] for row in known) or not known:
        stored.delete_schedules(tx, deployment_id)
        known = []
    elif not all(schedule.slug for schedule in given):
        raise InvalidSchedules(
            "Please provide a slug for each schedule in your request to ensure schedules are updated correctly."
        )
    by_slug = {row["slug"]: row for row in known}
    for schedule in given:
        row = _meant(by_slug, schedule)
        if row is None:
            _insert(tx, deployment_id, _as_new(schedule), clock)
        else:
            stored.change_schedule(tx, row["id"], {**_changes(schedule), "updated": clock.now()})
    _check_slugs([row["slug"] for row in stored.schedules_of(tx, deployment_id)])


def _meant(by_slug: dict[str, Record], schedule: DeploymentScheduleUpdate) -> Record | None:
    """The schedule to be changed, None for a new one; `by_slug` is kept up to date with new names."""
    if schedule.replaces is not None and schedule.replaces in by_slug:
        if schedule.slug in by_slug and schedule.slug != schedule.replaces:
            raise InvalidSchedules(
                f"Cannot rename schedule from {schedule.replaces!r} to {schedule.slug!r}: a schedule with slug"
                f" {schedule.slug!r} already exists."
            )
        row = by_slug.pop(schedule.replaces)
        by_slug[str(schedule.slug)] = row
        return row
    return None if schedule.slug is None else by_slug.get(schedule.slug)


def _as_new(schedule: DeploymentScheduleUpdate) -> DeploymentScheduleCreate:
    if schedule.schedule is None:
        raise InvalidSchedules("Unable to create new deployment schedules without a schedule configuration.")
    given = {name: getattr(schedule, name) for name in ("schedule", "max_scheduled_runs", "parameters", "slug")}
    return DeploymentScheduleCreate.model_construct(**given, active=schedule.active is not False)


def _changes(given: DeploymentScheduleUpdate) -> Record:
    """What a request changes: what it leaves out, or gives as null, stays."""
    stated = given.model_dump(mode="json", exclude={"replaces", "schedule"}, exclude_unset=True)
    document = {} if given.schedule is None else {"schedule": schedule_document(given.schedule)}
    return {**document, **{name: value for name, value in stated.items() if value is not None}}


def _insert(
    tx: Transaction, deployment_id: UUID, given: DeploymentScheduleCreate, clock: Clock, known: UUID | None = None
) -> UUID:
    schedule_id, now = known or clock.new_id(), clock.now()
    values = {"id": schedule_id, "deployment_id": deployment_id, "slug": given.slug, "active": given.active}
    rest = {"max_scheduled_runs": given.max_scheduled_runs, "parameters": given.parameters}
    document = {"schedule": schedule_document(given.schedule), "created": now, "updated": now}
    stored.insert_schedule(tx, {**values, **rest, **document})
    return schedule_id


_OWN_START = re.compile(r"DTSTART|UNTIL=\d{8}T\d{6}Z", re.IGNORECASE)
"""What says where a rule begins, or in what zone its moments are."""


def schedule_document(schedule: SCHEDULE_TYPES) -> dict[str, object]:
    """A schedule as it is kept; a rule that names no start is given the one that it has."""
    made: dict[str, object] = schedule.model_dump(mode="json")
    if isinstance(schedule, RRuleSchedule) and not _OWN_START.search(schedule.rrule):
        made["rrule"] = f"DTSTART:{RULES_BEGIN:%Y%m%dT%H%M%S}\n{schedule.rrule}"
    return made


def _check_slugs(slugs: Sequence[str | None]) -> None:
    given = [slug for slug in slugs if slug is not None]
    twice = next((slug for slug in given if given.count(slug) > 1), None)
    if twice is not None:
        raise ObjectAlreadyExists(f"The deployment has two schedules of slug {twice!r}; give each its own.")
