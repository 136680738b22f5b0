"""Artifacts: made, looked up, listed with all there are or the newest of each key."""

from __future__ import annotations

import json
from typing import Any

from prefect.core.journal import ARTIFACT
from prefect.core.ports import Clock
from prefect.core.records.artifacts import ArtifactRecord
from prefect.core.times import to_datetime
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.paging import filters_of, limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.views.objects import artifact_json, collection_id, collection_json
from prefect.storage.aggregates import artifacts
from prefect.storage.keyed import artifacts as stored
from prefect.storage.transaction import Transaction
from prefect.wire.objects.artifacts import Artifact, ArtifactCollection, ArtifactCreate, ArtifactUpdate
from prefect.wire.requests.objects import (
    ArtifactsCountBody,
    ArtifactsFilterBody,
    LatestArtifactsCountBody,
    LatestArtifactsFilterBody,
)

MISSING = Refusal(404, "Artifact not found.")
TOLD_CHARACTERS = 10_000


def create(call: Call[ArtifactCreate]) -> Deciding[None]:
    """Make an artifact."""
    given, clock = call.body, call.world.clock
    now = clock.now()
    data = None if given.data is None else json.dumps(given.data)
    metadata = None if given.metadata_ is None else json.dumps(given.metadata_)
    made = ArtifactRecord(clock.new_id(), given.key, given.type, data, given.description, metadata, given.flow_run_id,
                          given.task_run_id, now, now)  # fmt: skip
    row = {**made._asdict(), "data": given.data, "metadata": given.metadata_, "created": to_datetime(now)}
    shown = artifact_json({**row, "updated": to_datetime(now)})

    def answer(_: None) -> Answer:
        call.world.bus.tell([Change("artifact", made.id.hex)])
        return answers.json(shown, 201)

    def decision(tx: Transaction) -> None:
        if made.key is not None:
            known = stored.newest(tx, made.key)
            _tell(tx, clock, CREATED if known is None else UPDATED, made)
        tx.append(ARTIFACT, made.row())

    return Deciding(decision, answer)


def _tell(tx: Transaction, clock: Clock, what: str, artifact: ArtifactRecord) -> None:
    """Say of the artifact's key that this one is its newest; an event carries no more than a little of data."""
    short = artifact.data is not None and len(artifact.data) <= TOLD_CHARACTERS
    data = json.loads(artifact.data) if short and artifact.data is not None else None
    row = {**artifact._asdict(), "data": data}
    Teller(tx, clock).artifact_collection(what, collection_id(row), row)


def read(call: Call[None]) -> Answer:
    """An artifact by id."""
    row = artifacts.by_id(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(artifact_json(row))


def read_latest(call: Call[None]) -> Answer:
    """The newest artifact of a key."""
    row = artifacts.latest_of_key(call.world.reading, call.text("key"))
    if row is None:
        raise MISSING
    return answers.json(collection_json(row))


def _filters(body: Any) -> Json:
    own = {} if body.artifacts is None else {"artifacts": plain(body.artifacts)}
    return {**filters_of(body), **own}


def page(call: Call[ArtifactsFilterBody]) -> Answer:
    """Artifacts that match filters."""
    body, limit = call.body, limit_of(call, call.body.limit)
    rows = artifacts.filtered_page(call.world.reading, _filters(body), body.sort, limit, body.offset)
    return answers.json([artifact_json(row) for row in rows])


def count(call: Call[ArtifactsCountBody]) -> Answer:
    """How many artifacts match filters."""
    return answers.json(artifacts.filtered_count(call.world.reading, _filters(call.body)))


def latest_page(call: Call[LatestArtifactsFilterBody]) -> Answer:
    """The newest artifact of each key, those that match filters."""
    body, limit = call.body, limit_of(call, call.body.limit)
    rows = artifacts.latest_page(call.world.reading, _filters(body), body.sort, limit, body.offset)
    return answers.json([collection_json(row) for row in rows])


def latest_count(call: Call[LatestArtifactsCountBody]) -> Answer:
    """How many keys have a newest artifact that matches filters."""
    return answers.json(artifacts.latest_count(call.world.reading, _filters(call.body)))


def update(call: Call[ArtifactUpdate]) -> Deciding[None]:
    """Change what is given of an artifact."""
    artifact_id, now = call.id(), call.world.clock.now()
    given = call.body.model_dump(exclude_unset=True)
    changes = {
        name.rstrip("_"): value if name == "description" or value is None else json.dumps(value)
        for name, value in given.items()
    }

    def decision(tx: Transaction) -> None:
        if not stored.change(tx, artifact_id, changes, now):
            raise MISSING

    return Deciding(decision, lambda _: NO_CONTENT)


def delete(call: Call[None]) -> Deciding[None]:
    """Remove an artifact."""
    artifact_id = call.id()

    def decision(tx: Transaction) -> None:
        known = stored.load(tx, artifact_id)
        if known is None or not stored.delete(tx, artifact_id):
            raise MISSING
        if known.key is not None and stored.newest(tx, known.key) is None:
            _tell(tx, call.world.clock, DELETED, known)

    return Deciding(decision, lambda _: NO_CONTENT)


ROUTES = (
    Route("POST", "/artifacts/", create, Role.RUNNER, ArtifactCreate, returns=Artifact, status=201, inline=True),
    Route("GET", "/artifacts/{id}", read, returns=Artifact),
    Route("GET", "/artifacts/{key}/latest", read_latest, returns=Artifact),
    Route("POST", "/artifacts/filter", page, body=ArtifactsFilterBody, body_required=False, returns=list[Artifact]),
    Route("POST", "/artifacts/count", count, body=ArtifactsCountBody, body_required=False, returns=int),
    Route("POST", "/artifacts/latest/filter", latest_page, body=LatestArtifactsFilterBody, body_required=False,
          returns=list[ArtifactCollection]),
    Route("POST", "/artifacts/latest/count", latest_count, body=LatestArtifactsCountBody, body_required=False,
          returns=int),
    Route("PATCH", "/artifacts/{id}", update, Role.RUNNER, ArtifactUpdate, status=204, inline=True),
    Route("DELETE", "/artifacts/{id}", delete, Role.EDITOR, status=204, inline=True),
)  # fmt: skip
