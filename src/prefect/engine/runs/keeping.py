"""Keeping results so that a resumed run finds them: small ones inside the journal, large ones beside it.

The journal has a result's kind and bytes: `json` and `pickle` hold the result itself (see `results/tags.py`), `sealed`
one of these encrypted because there are secrets in it, `replay`
names a record in the local storage that is deleted when its flow run completes, `stored` is the metadata of a result
that its task persists anyway.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import partial
from math import isfinite
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import RecordedCall
from prefect.engine.calls.shapes import AnyState
from prefect.engine.config import EngineConfig
from prefect.engine.logs.masking import holds_secret, mask_plain, remember, secrets_in
from prefect.engine.results.defaults import get_default_result_storage
from prefect.engine.results.filesystems import LocalFileSystem, call_storage
from prefect.engine.results.records import ResultRecord, ResultRecordMetadata
from prefect.engine.results.store import ResultStore
from prefect.engine.results.tags import (
    PICKLE,
    SEALED,
    TOO_LARGE,
    InlineResult,
    decode_inline,
    encode_inline,
    seal,
    unseal,
)
from prefect.engine.steps import Block, Steps

REPLAY, STORED = "replay", "stored"
PARAMETERS = "headrace.parameters"
NOT_KEPT: tuple[None, None] = (None, None)
MOST_PARAMETER_BYTES = 1 << 20
Kept = tuple[str | None, bytes | None]

logger = logging.getLogger("prefect.engine")


def keep(value: object, config: EngineConfig, flow_run_id: UUID, run_id: UUID) -> Steps[Kept]:
    """Keep a result; returns kind and bytes for the journal, `NOT_KEPT` if it cannot be pickled."""
    inline = encode_inline(value, config.results_key(), config.results_inline_limit)
    if inline is None:
        return NOT_KEPT
    if inline is not TOO_LARGE:
        if inline[0] != PICKLE and not holds_secret(inline[1]):
            return inline
        return discreet(inline, value, config) or NOT_KEPT
    try:
        kept: Kept = yield Block(partial(_keep_large, value, config, f"{REPLAY}/{flow_run_id}/{run_id}"))
        return kept
    except Exception as error:
        logger.warning("The result of task run %s is not kept, so it would run again on a retry: %s", run_id, error)
        return NOT_KEPT


def _keep_large(value: object, config: EngineConfig, key: str) -> Kept:
    """Write a result into a file of its own, as it would stand in the journal."""
    encoded = encode_inline(value, config.results_key())
    discreetly = None if encoded is None else discreet(encoded, value, config)
    if discreetly is None:
        return NOT_KEPT
    kind, content = discreetly
    call_storage(replay_storage(config), "write_path", key, content)
    return REPLAY, f"{kind}:{key}".encode()


def keep_small(value: object, config: EngineConfig) -> Kept:
    """As `keep`, for where nothing may wait: larger results are not kept."""
    inline = encode_inline(value, config.results_key(), config.results_inline_limit)
    return NOT_KEPT if inline is None or inline is TOO_LARGE else discreet(inline, value, config) or NOT_KEPT


def discreet(inline: InlineResult, value: object, config: EngineConfig) -> InlineResult | None:
    """An encoded value as it may stand in the record: sealed if it holds a secret. None if it cannot be sealed."""
    kind, content = inline
    if kind == PICKLE and b"Secret" in content:
        remember(secrets_in(value))
    elif not holds_secret(content):
        return inline
    return seal(inline, config.results_key())


def keep_reference(record: ResultRecord[Any]) -> Kept:
    """What the journal says of a result that has been persisted."""
    return STORED, json.dumps(record.reference, default=str).encode()


def replay_storage(config: EngineConfig) -> LocalFileSystem:
    """Where large results wait for their flow run to complete."""
    return LocalFileSystem(basepath=str(config.results_storage_path))


def forget_replay(config: EngineConfig, flow_run_id: UUID) -> None:
    """Delete the large results kept for a flow run that has completed."""
    shutil.rmtree(config.results_storage_path / REPLAY / str(flow_run_id), ignore_errors=True)


# --- finding them again


def recorded_state(call: RecordedCall, config: EngineConfig) -> AnyState | None:
    """The final state of a finished call; None if the call has to run again."""
    if call.state_type != StateType.COMPLETED or call.result_kind is None or call.result is None:
        return None
    try:
        value = _value(call.result_kind, call.result, config)
    except Exception as error:
        logger.warning("Task run %s runs again, because its recorded result cannot be used: %s", call.run_id, error)
        return None
    state: AnyState = State("COMPLETED", call.state_name, call.state_message, HeldResult(value))
    return state


def _value(kind: str, content: bytes, config: EngineConfig) -> object:
    if kind == REPLAY:
        kind, _, key = content.decode().partition(":")
        content = call_storage(replay_storage(config), "read_path", key)
    if kind == STORED:
        metadata = ResultRecordMetadata.model_validate(json.loads(content))
        return ResultStore(result_storage=get_default_result_storage()).read(metadata.storage_key).result
    if kind == SEALED:
        kind, content = unseal(content, config.results_key())
    return decode_inline(
        (kind, content), config.results_key(), sys.modules.get("__main__"), config.results_allow_untagged
    )


# --- parameters


def keep_parameters(parameters: Mapping[str, object], config: EngineConfig) -> dict[str, object]:
    """What is kept, beside their JSON form, of parameters that JSON cannot hold without loss, or must not show.

    Returns a dict for the run's `context`: `kept` has the pickled ones, in base64 and with a tag; `missing` names those
    that cannot be kept, which a resumed run has to be given anew.
    """
    lossy = {name: value for name, value in parameters.items() if not is_json(value) or mask_plain(value) != value}
    if not lossy:
        return {}
    kept: dict[str, str] = {}
    for name, value in lossy.items():
        inline = encode_inline(value, config.results_key(), MOST_PARAMETER_BYTES)
        found = None if inline is None or inline is TOO_LARGE else discreet(inline, value, config)
        if found is not None:
            kept[name] = f"{found[0]}:{b64encode(found[1]).decode()}"
    return {PARAMETERS: {"kept": kept, "missing": sorted(lossy.keys() - kept.keys())}}


def kept_parameters(context: Mapping[str, Any], config: EngineConfig) -> dict[str, Any]:
    """The parameters that `keep_parameters` kept; those it could not are absent."""
    values: dict[str, Any] = {}
    for name, text in context.get(PARAMETERS, {}).get("kept", {}).items():
        kind, _, content = text.partition(":")
        values[name] = _value(kind, b64decode(content), config)
    return values


def is_json(value: Any, depth: int = 0) -> bool:
    """Whether a value survives JSON unchanged."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return True
    if kind is float:
        return isfinite(value)
    if kind is list and depth < 20:
        return all(is_json(item, depth + 1) for item in value)
    return kind is dict and depth < 20 and all(type(k) is str and is_json(v, depth + 1) for k, v in value.items())
