"""Keeping results so that a resumed run finds them: small ones inside the journal.

Plain scalars are kept as JSON, which anybody may read. Everything else is pickled, and carries an authentication tag made
with this installation's key: without it a planted pickle would run code.
"""

from __future__ import annotations

import json
import logging
import pickle
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import RecordedCall
from prefect.engine.config import EngineConfig

JSON, PICKLE = "json", "pickle"
TAG_BYTES = 16
NOT_KEPT: tuple[None, None] = (None, None)
_AS_JSON = frozenset({int, float, str})
_CONSTANTS: dict[Any, bytes] = {None: b"null", True: b"true", False: b"false"}

logger = logging.getLogger("prefect.engine")


def keep_for_replay(value: Any, config: EngineConfig) -> tuple[str | None, bytes | None]:
    """Kind and bytes under which the journal keeps a result; `NOT_KEPT` if it cannot be kept."""
    if value is None or value is True or value is False:
        return JSON, _CONSTANTS[value]
    kind = type(value)
    if kind in _AS_JSON and (kind is not str or len(value) <= config.results_inline_limit):
        return JSON, json.dumps(value).encode()
    return _pickled(value, config)


def _pickled(value: Any, config: EngineConfig) -> tuple[str | None, bytes | None]:
    try:
        blob = pickle.dumps(value, 5)
    except Exception as error:
        logger.debug("A result of type %s is not kept for replay: %s", type(value).__name__, error)
        return NOT_KEPT
    if len(blob) > config.results_inline_limit:
        return NOT_KEPT
    return PICKLE, _tag(blob, config) + blob


def _tag(blob: bytes, config: EngineConfig) -> bytes:
    return blake2b(blob, digest_size=TAG_BYTES, key=config.results_key()).digest()


def recorded_state(call: RecordedCall, config: EngineConfig) -> State[Any] | None:
    """The final state of a finished call; None if the call has to run again."""
    if call.state_type != StateType.COMPLETED or call.result_kind is None or call.result is None:
        return None
    if call.result_kind == JSON:
        value = json.loads(call.result)
    else:
        tag, blob = call.result[:TAG_BYTES], call.result[TAG_BYTES:]
        if not compare_digest(tag, _tag(blob, config)):
            logger.warning("The recorded result of task run %s was not written by this installation.", call.run_id)
            return None
        value = pickle.loads(blob)
    return State("COMPLETED", call.state_name, call.state_message, HeldResult(value))
