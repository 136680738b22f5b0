"""Which flow run something belongs to, and whether that is a run or one below it: what confined keys rest on."""

from __future__ import annotations

from uuid import UUID

from prefect.storage.transaction import Transaction

DEEPEST = 64
"""Subflows within subflows that are looked through."""


def is_within(tx: Transaction, run_id: UUID, root: UUID) -> bool:
    """Whether a flow run is `root`, or a subflow run below it."""
    current: UUID | None = run_id
    for _ in range(DEEPEST):
        if current is None or current == root:
            return current is not None
        current = _parent(tx, current)
    return False


def _parent(tx: Transaction, run_id: UUID) -> UUID | None:
    row = tx.one("SELECT parent_flow_run_id, parent_task_run_id FROM flow_run WHERE id = ?", (run_id.bytes,))
    if row is None:
        return None
    if row[0] is not None:
        return UUID(bytes=bytes(row[0]))
    return None if row[1] is None else of_task_run(tx, UUID(bytes=bytes(row[1])))


def exists(tx: Transaction, run_id: UUID) -> bool:
    """Whether there is a flow run of that id."""
    return tx.one("SELECT 1 FROM flow_run WHERE id = ?", (run_id.bytes,)) is not None


def of_task_run(tx: Transaction, task_run_id: UUID) -> UUID | None:
    """The flow run of a task run; None if it has none, or does not exist."""
    return _one(tx, "SELECT flow_run_id FROM task_run WHERE id = ?", task_run_id.bytes)


def of_artifact(tx: Transaction, artifact_id: UUID) -> UUID | None:
    """The flow run of an artifact; None if it has none, or does not exist."""
    return _one(tx, "SELECT flow_run_id FROM artifact WHERE id = ?", artifact_id.bytes)


def holding_slots(tx: Transaction, holder: UUID) -> set[UUID | None]:
    """The runs, of flows or tasks, for which a lease on slots is held."""
    rows = tx.all("SELECT run_id FROM concurrency_slot WHERE holder = ?", (holder.bytes,))
    return {None if row[0] is None else UUID(bytes=bytes(row[0])) for row in rows}


def held_by(tx: Transaction, process: str) -> set[UUID]:
    """The flow runs that a process executes at the moment."""
    rows = tx.all("SELECT run_id FROM run_attempt WHERE holder = ? AND ended IS NULL", (process,))
    return {UUID(bytes=bytes(row[0])) for row in rows}


def block_name(tx: Transaction, document_id: UUID) -> str | None:
    """A block document as `type-slug/name`; None if there is none."""
    row = tx.one(
        "SELECT t.slug, d.name FROM block_document d JOIN block_type t ON t.id = d.block_type_id WHERE d.id = ?",
        (document_id.bytes,),
    )
    return None if row is None else f"{row[0]}/{row[1]}"


def _one(tx: Transaction, sql: str, key: bytes) -> UUID | None:
    row = tx.one(sql, (key,))
    return None if row is None or row[0] is None else UUID(bytes=bytes(row[0]))
