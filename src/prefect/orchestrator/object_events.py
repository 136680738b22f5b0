"""What is done to things other than runs, told as events in the transaction that does it.

The names, resources and payloads are Prefect's, so that automations and whoever watches events find what they look for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.records.events import RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE, EventRecord, Labels, related
from prefect.orchestrator.events import append
from prefect.storage.documents import Row
from prefect.storage.keyed import flows
from prefect.storage.keyed.events.surroundings import queue_and_pool
from prefect.storage.keyed.limits import full_name
from prefect.storage.transaction import Transaction

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
PAUSED, READY, NOT_READY = "paused", "ready", "not-ready"
FLOW = ("name", "tags", "labels")
VARIABLE = ("name", "value", "tags")
BLOCK_TYPE = ("name", "slug", "logo_url", "documentation_url", "description", "code_example", "is_protected")
ARTIFACT = ("key", "type", "data", "description")
POOL_TYPE = "prefect.work-pool.type"


class Teller:
    """Tells what one transaction does.

    Args:
        tx: the transaction.
        clock: says when, and draws the ids of events.
    """

    def __init__(self, tx: Transaction, clock: Clock) -> None:
        self._tx = tx
        self._clock = clock

    def flow(self, what: str, row: Row) -> None:
        """A flow was made, changed or deleted."""
        self._tell("flow", what, row["id"], row["name"], {name: row[name] for name in FLOW})

    def variable(self, what: str, variable_id: UUID, name: str, value: object, tags: Sequence[str]) -> None:
        """A variable was made, changed or deleted."""
        payload = dict(zip(VARIABLE, (name, value, list(tags)), strict=True))
        self._tell("variable", what, variable_id, name, payload)

    def block_type(self, what: str, row: Row) -> None:
        """A block type was made, changed or deleted."""
        self._tell("block-type", what, row["id"], row["name"], {name: row[name] for name in BLOCK_TYPE})

    def block_document(self, what: str, row: Row, schema: Row | None, kind: Row | None) -> None:
        """A block document was made, changed or deleted; what it holds is sealed, and no event tells it."""
        around: list[Labels] = []
        if kind is not None:
            around.append(related("block-type", "block-type", kind["id"], kind["name"]))
        if schema is not None:
            around.append(related("block-schema", "block-schema", schema["id"]))
        shown = {} if kind is None else {"id": str(kind["id"]), "name": kind["name"]}
        capabilities = [] if schema is None else schema["capabilities"]
        payload = {
            "name": row["name"],
            "data": {},
            "block_schema": {"capabilities": capabilities, "block_type": shown},
        }
        self._tell("block-document", what, row["id"], row["name"], payload, around)

    def limit(self, what: str, row: Row) -> None:
        """A concurrency limit was made, changed or deleted."""
        name = full_name(row["kind"], row["name"])
        payload = {"name": name, "limit": row["slots"], "active": bool(row["active"])}
        payload["slot_decay_per_second"] = row["slot_decay_per_second"]
        self._tell("concurrency-limit", what, row["id"], name, payload)

    def deployment(self, what: str, row: Row, changes: Row | None = None) -> None:
        """A deployment was made, changed or deleted; `changes` are fields with their new values."""
        flow = flows.find(self._tx, row["flow_id"])
        around = [] if flow is None else [related("flow", "flow", flow["id"], flow["name"])]
        placed = None if row.get("work_queue_id") is None else queue_and_pool(self._tx, row["work_queue_id"])
        if placed is not None:
            queue, pool = placed
            around.append(related("work-queue", "work-queue", queue.id, queue.name))
            around.append(related("work-pool", "work-pool", pool.id, pool.name, **{POOL_TYPE: pool.type}))
        payload = {} if changes is None else _updates(row, changes)
        if changes is None or payload["updated_fields"]:
            self._tell("deployment", what, row["id"], row["name"], payload, around)

    def artifact_collection(self, what: str, identity: UUID, row: Row) -> None:
        """A key of artifacts has its first artifact, or another that is the newest, or none any more."""
        around = [related("latest", "artifact", row["id"])]
        around += [
            related(kind, kind, row[column])
            for kind, column in (("flow-run", "flow_run_id"), ("task-run", "task_run_id"))
            if row[column] is not None
        ]
        payload = {name: row[name] for name in ARTIFACT}
        self._tell("artifact-collection", what, identity, row["key"], payload, around)

    def automation(self, what: str, content: Row) -> None:
        """An automation was made, changed or deleted; `content` is as the API shows it, in JSON."""
        self._tell("automation", what, UUID(str(content["id"])), content["name"], content)

    def work_pool(self, what: str, row: Row, changes: Row | None = None) -> None:
        """A work pool was made, changed or deleted; `changes` are fields with their new values."""
        queue = row["default_queue_id"]
        around = [] if queue is None or changes is not None else [related("default-queue", "work-queue", queue)]
        payload = {} if changes is None else _updates(row, changes)
        if changes is None or payload["updated_fields"]:
            labels = {POOL_TYPE: row["type"], RESOURCE_ROLE: "work-pool"}
            self._tell("work-pool", what, row["id"], row["name"], payload, around, labels)

    def work_pool_status(self, status: str, row: Row) -> None:
        """A work pool has entered a status."""
        self._tell("work-pool", status, row["id"], row["name"], {}, labels={POOL_TYPE: row["type"]})

    def work_queue(self, what: str, row: Row, pool: Row, changes: Row | None = None) -> None:
        """A work queue was made, changed or deleted; `changes` are fields with their new values."""
        around = [related("work-pool", "work-pool", pool["id"], pool["name"], **{POOL_TYPE: pool["type"]})]
        payload = {} if changes is None else _updates(row, changes)
        if changes is None or payload["updated_fields"]:
            self._tell("work-queue", what, row["id"], row["name"], payload, around, {RESOURCE_ROLE: "work-queue"})

    def _tell(
        self,
        kind: str,
        what: str,
        identity: UUID,
        name: str,
        payload: Row,
        around: Sequence[Labels] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        resource = {RESOURCE_ID: f"prefect.{kind}.{identity}", RESOURCE_NAME: name, **(labels or {})}
        now = self._clock.now()
        append(
            self._tx,
            EventRecord(self._clock.new_id(), f"prefect.{kind}.{what}", resource, around, payload, now, now),
        )


def _updates(row: Row, changes: Row) -> dict[str, object]:
    """What changes of a row: names, and each value before and after."""
    changed = {name: value for name, value in changes.items() if name in row and _plain(row[name]) != _plain(value)}
    updates = {name: {"from": _plain(row[name]), "to": _plain(value)} for name, value in changed.items()}
    return {"updated_fields": list(changed), "updates": updates}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value
