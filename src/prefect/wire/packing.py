"""How the engine's backend speaks to its server: the core's own records as MessagePack.

Values keep their types: ids, states, runs and the records of `core.ports` travel as extension types, journal rows as
they are. Only the classes listed here are ever made, so that a body can bring nothing else to life.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgpack

from prefect.core.journal import Row
from prefect.core.lifecycle.outcome import StoredData
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Verdict
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.ports import FlowRunRequest, RecordedCall, SlotGrant, SlotRequest, Transition
from prefect.core.records.artifacts import ArtifactRecord
from prefect.core.records.variables import VariableRecord
from prefect.core.times import to_datetime, to_micros

MEDIA_TYPE = "application/vnd.headrace+msgpack"

_UUID, _MOMENT, _STATE, _RECORD, _TUPLE, _RUN, _SET = range(1, 8)
_RECORDS: tuple[type[Any], ...] = (FlowRunRequest, SlotRequest, SlotGrant, Transition, Verdict)
_TUPLES: tuple[type[Any], ...] = (RecordedCall, ArtifactRecord, VariableRecord)
_OUTCOMES = tuple(Outcome)
_LOCAL = frozenset({"effects"})
"""Fields that concern the one who commits, and stay there."""

DEEPEST = 64


class NotPackable(TypeError):
    """A value has no place on the wire."""


class Malformed(ValueError):
    """What came over the wire is not what this protocol speaks."""


def pack(value: object) -> bytes:
    """A value as bytes. Raises NotPackable, naming its type."""
    packed: bytes = msgpack.packb(value, default=_extend, strict_types=True, use_bin_type=True)
    return packed


def unpack(body: bytes) -> Any:
    """The value packed in `body`. Raises Malformed."""
    try:
        return msgpack.unpackb(body, ext_hook=_restore, raw=False, strict_map_key=False, use_list=True)
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, msgpack.UnpackException) as error:
        raise Malformed(f"The body is no message of this protocol: {type(error).__name__}.") from error


def unpack_rows(body: bytes) -> dict[str, tuple[Row, ...]]:
    """Journal rows by table. Raises Malformed."""
    try:
        tables = msgpack.unpackb(body, ext_hook=_restore, raw=False, use_list=False)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise Malformed(f"The body is no batch of journal entries: {type(error).__name__}.") from error
    if not isinstance(tables, dict) or not all(isinstance(rows, tuple) for rows in tables.values()):
        raise Malformed("The body is no mapping of tables to rows.")
    return tables


def _extend(value: object) -> object:
    kind = type(value)
    if isinstance(value, UUID):
        return msgpack.ExtType(_UUID, value.bytes)
    if isinstance(value, tuple):
        return msgpack.ExtType(_TUPLE, pack([_TUPLES.index(kind), list(value)])) if kind in _TUPLES else list(value)
    if isinstance(value, State):
        return msgpack.ExtType(_STATE, pack(_state_facts(value)))
    if kind in _RECORDS:
        return msgpack.ExtType(_RECORD, pack([_RECORDS.index(kind), _record_facts(value)]))
    if isinstance(value, FlowRun):
        return msgpack.ExtType(_RUN, pack(dict(value.__dict__)))
    if isinstance(value, datetime):
        return msgpack.ExtType(_MOMENT, to_micros(value).to_bytes(8, "big", signed=True))
    if isinstance(value, (set, frozenset)):
        return msgpack.ExtType(_SET, pack(sorted(value)))
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, (dict, MappingProxyType)):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise NotPackable(f"{type(value).__name__} cannot be sent to the server.")


def _state_facts(state: State[Any]) -> list[object]:
    data = getattr(state.data, "reference", None)
    return [state.type.value, state.name, state.message, state.moment, state.id, state.detail_facts(), data]


def _record_facts(value: Any) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__fields__ if name not in _LOCAL}


def _restore(code: int, data: bytes) -> Any:
    if code == _UUID:
        return UUID(bytes=data)
    if code == _MOMENT:
        return to_datetime(int.from_bytes(data, "big", signed=True))
    content = unpack(data)
    if code == _STATE:
        return _restored_state(*content)
    if code == _RECORD:
        return _restored_record(*content)
    if code == _TUPLE:
        index, values = content
        return _TUPLES[index](*values)
    if code == _RUN:
        return _restored_run(content)
    if code == _SET:
        return frozenset(content)
    raise Malformed(f"Unknown extension type {code}.")


def _restored_state(
    kind: str, name: str, message: str | None, moment: int | None, state_id: UUID | None, facts: Mapping[str, Any],
    data: Any,
) -> State[Any]:  # fmt: skip
    made: State[Any] = State(
        StateType(kind), name, message, None if data is None else StoredData(data), StateDetails(**facts)
    )
    made._moment = moment
    made.id = state_id
    return made


def _restored_record(index: int, facts: dict[str, Any]) -> Any:
    kind = _RECORDS[index]
    if kind is Verdict:
        facts["outcome"] = Outcome(facts["outcome"])
    return kind(**facts)


def _restored_run(facts: dict[str, Any]) -> FlowRun:
    run = FlowRun(facts.pop("id"), facts.pop("name"), facts.pop("flow_id"))
    unknown = facts.keys() - _RUN_FACTS
    if unknown:
        raise Malformed(f"A flow run has no field {sorted(unknown)[0]!r}.")
    run.__dict__.update(facts)
    return run


_RUN_FACTS = frozenset({
    "state", "tags", "labels", "run_count", "sequence", "expected_start", "started", "ended", "run_micros", "created_at",
    "updated_at", "flow_name", "deployment_id", "deployment_version", "flow_version", "parameters", "idempotency_key",
    "context", "parent_task_run_id", "parent_flow_run_id", "root_flow_run_id", "attempt", "version", "retries",
    "retry_delay", "entrypoint", "next_scheduled_start", "auto_scheduled", "infrastructure_pid", "job_variables",
    "work_queue_id", "work_queue_name", "work_pool_id", "work_pool_name", "empirical_policy",
    "infrastructure_document_id", "created_by", "answered",
})  # fmt: skip
"""Attributes of a flow run that travel, beside its id, name and flow."""
