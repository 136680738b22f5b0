"""Which flow runs a request would change: asked only of keys that are confined to one.

Every operation that a runner may call is in `TOUCHED`, with what tells the runs it concerns; one that is not there is not for
confined keys. What is on record counts, not what a request claims: a row that exists belongs to the run it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from prefect.core.journal import ARTIFACT, LEDGERS, LOG, TASK_RUN, TASK_RUN_STATE, Row
from prefect.server.http.calls import AnyCall
from prefect.storage.keyed.access import family
from prefect.storage.transaction import Transaction
from prefect.wire.packing import Malformed, unpack, unpack_rows

Runs = Iterable[UUID | None]
"""Flow runs; None stands for what belongs to none, which is not allowed either."""

Asked = AnyCall
Arguments = Mapping[str, Any]
Touching = Callable[[Asked, Transaction], Runs]

HOLDER = "x-headrace-process"


def _nothing(call: Asked, tx: Transaction) -> Runs:
    return ()


def _flow_run_in_path(call: Asked, tx: Transaction) -> Runs:
    return [call.id()]


def _task_run_in_path(call: Asked, tx: Transaction) -> Runs:
    return [family.of_task_run(tx, call.id())]


def _artifact_in_path(call: Asked, tx: Transaction) -> Runs:
    return [family.of_artifact(tx, call.id())]


def _flow_run_in_body(call: Asked, tx: Transaction) -> Runs:
    return [call.body.flow_run_id]


def _new_task_run(call: Asked, tx: Transaction) -> Runs:
    return [call.body.flow_run_id, *_known_task_run(tx, getattr(call.body, "id", None))]


def _known_task_run(tx: Transaction, task_run_id: UUID | None) -> Runs:
    """The run of a task run that is on record already, whatever is said of it now."""
    found = None if task_run_id is None else family.of_task_run(tx, task_run_id)
    return [] if found is None else [found]


def _new_flow_run(call: Asked, tx: Transaction) -> Runs:
    parent = call.body.parent_task_run_id
    return [None if parent is None else family.of_task_run(tx, parent)]


def _log_lines(call: Asked, tx: Transaction) -> Runs:
    return {line.flow_run_id for line in call.body}


# --- the engine's own door


def _journal(call: Asked, tx: Transaction) -> Runs:
    """The runs of every row, by what is on record, else by the batch itself."""
    try:
        tables = unpack_rows(call.body)
    except Malformed:
        return [None]
    runs: set[UUID | None] = set()
    claimed: dict[bytes, UUID | None] = {}
    for table in (TASK_RUN, *(name for name in tables if name != TASK_RUN)):
        for row in tables.get(table, ()):
            runs.update(_row(table, row, claimed, tx))
    return runs


def _row(table: str, row: Row, claimed: dict[bytes, UUID | None], tx: Transaction) -> Runs:
    if table not in (TASK_RUN, TASK_RUN_STATE, LOG, ARTIFACT):
        return [None]
    if type(row) is not tuple or len(row) != len(LEDGERS[table].columns):
        return [None]
    values = dict(zip(LEDGERS[table].columns, row, strict=True))
    if table == TASK_RUN_STATE:
        key = values["task_run_id"]
        known = family.of_task_run(tx, _id(key) or UUID(int=0))
        return [known or claimed.get(key if isinstance(key, bytes) else b"")]
    run = _id(values["flow_run_id"])
    if table != TASK_RUN:
        return [run]
    key = values["id"]
    if isinstance(key, bytes):
        claimed[key] = run
    return [run, *_known_task_run(tx, _id(key))]


def _id(value: object) -> UUID | None:
    return UUID(bytes=value) if isinstance(value, bytes) and len(value) == 16 else None


def _renewed(call: Asked, tx: Transaction) -> Runs:
    return family.held_by(tx, call.head.header(HOLDER) or "")


def _backend(call: Asked, tx: Transaction) -> Runs:
    """The runs that the arguments of a call of the backend name."""
    rule = BACKEND.get(call.text("method"))
    try:
        arguments = unpack(call.body)
    except Malformed:
        return [None]
    if rule is None or not isinstance(arguments, dict):
        return [None]
    return rule(arguments, tx)


def _run_named(arguments: Arguments, tx: Transaction) -> Runs:
    run = arguments.get("run_id")
    return [run if isinstance(run, UUID) else None]


def _run_requested(arguments: Arguments, tx: Transaction) -> Runs:
    """The run itself if it is on record, else the one it is to be below."""
    request = arguments.get("request")
    run, parent = getattr(request, "id", None), getattr(request, "parent_flow_run_id", None)
    if isinstance(run, UUID) and family.exists(tx, run):
        return [run]
    return [parent if isinstance(parent, UUID) else None]


def _slots_requested(arguments: Arguments, tx: Transaction) -> Runs:
    run = getattr(arguments.get("request"), "run_id", None)
    if not isinstance(run, UUID):
        return []
    return [run if family.exists(tx, run) else family.of_task_run(tx, run)]


def _slots_held(arguments: Arguments, tx: Transaction) -> Runs:
    holder = arguments.get("holder")
    held = family.holding_slots(tx, holder) if isinstance(holder, UUID) else {None}
    return [run if run is None or family.exists(tx, run) else family.of_task_run(tx, run) for run in held]


def _artifact_named(arguments: Arguments, tx: Transaction) -> Runs:
    artifact = arguments.get("artifact_id")
    return [family.of_artifact(tx, artifact) if isinstance(artifact, UUID) else None]


def _reads(arguments: Arguments, tx: Transaction) -> Runs:
    return ()


BACKEND: Mapping[str, Callable[[Arguments, Transaction], Runs]] = {
    "create_flow_run": _run_requested,
    "begin_flow_run": _run_requested,
    "propose": _run_named,
    "read_flow_run": _run_named,
    "recorded_calls": _run_named,
    "child_flow_run": _reads,
    "deployment_name_and_version": _reads,
    "tag_limits": _reads,
    "read_variable": _reads,
    "newest_artifact": _reads,
    "acquire_slots": _slots_requested,
    "renew_slots": _slots_held,
    "release_slots": _slots_held,
    "update_artifact": _artifact_named,
}

TOUCHED: Mapping[tuple[str, str], Touching] = {
    ("POST", "/flows/"): _nothing,
    ("POST", "/flow_runs/"): _new_flow_run,
    ("POST", "/task_runs/"): _new_task_run,
    ("POST", "/logs/"): _log_lines,
    ("POST", "/artifacts/"): _flow_run_in_body,
    ("PATCH", "/artifacts/{id}"): _artifact_in_path,
    ("POST", "/v2/concurrency_limits/increment"): _nothing,
    ("POST", "/v2/concurrency_limits/increment-with-lease"): _nothing,
    ("POST", "/v2/concurrency_limits/decrement-with-lease"): _nothing,
    ("POST", "/v2/concurrency_limits/leases/{lease_id}/renew"): _nothing,
    ("POST", "/headrace/journal"): _journal,
    ("POST", "/headrace/backend/renew"): _renewed,
    ("POST", "/headrace/backend/{method}"): _backend,
}
"""Leases of slots are ids that nobody can guess, and so need no further proof."""

BELOW: tuple[tuple[str, Touching], ...] = (
    ("/flow_runs/{id}", _flow_run_in_path),
    ("/task_runs/{id}", _task_run_in_path),
)
"""Operations on one run, whatever they are called."""


def touching(method: str, path: str) -> Touching | None:
    """What tells the runs that an operation concerns; None if it is not for confined keys."""
    known = TOUCHED.get((method, path))
    if known is not None:
        return known
    return next((rule for start, rule in BELOW if path == start or path.startswith(f"{start}/")), None)


def runs_of(call: Asked, rule: Touching, tx: Transaction) -> Iterator[UUID | None]:
    """The flow runs that a request would change, each once."""
    yield from dict.fromkeys(rule(call, tx))
