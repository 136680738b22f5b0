"""Keeping results so that a resumed run finds them: small ones inside the journal.

Plain scalars are kept as JSON, which anybody may read. Everything else is pickled, and carries an authentication tag made
with this installation's key: without it a planted pickle would run code.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import blake2b
from math import isfinite
from typing import Any

from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import RecordedCall
from prefect.engine.config import EngineConfig
from prefect.exceptions import UntrustedResult

JSON, PICKLE = "json", "pickle"
PARAMETERS = "headrace.parameters"
TAG_BYTES = 16
NOT_KEPT: tuple[None, None] = (None, None)
_AS_JSON = frozenset({float, str})
_CONSTANTS: dict[Any, bytes] = {None: b"null", True: b"true", False: b"false"}

logger = logging.getLogger("prefect.engine")


def keep_for_replay(value: Any, config: EngineConfig) -> tuple[str | None, bytes | None]:
    """Kind and bytes under which the journal keeps a result; `NOT_KEPT` if it cannot be kept."""
    if value is None or value is True or value is False:
        return JSON, _CONSTANTS[value]
    kind = type(value)
    if kind is int:
        return JSON, str(value).encode()
    if kind in _AS_JSON and (kind is not str or len(value) <= config.results_inline_limit):
        return JSON, json.dumps(value).encode()
    return _pickled(value, config)


def _pickled(value: Any, config: EngineConfig) -> tuple[str | None, bytes | None]:
    import pickle

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


def _load(tagged: bytes, config: EngineConfig) -> Any:
    """A pickled value. Raises UntrustedResult if its tag was not made with this installation's key."""
    tag, blob = tagged[:TAG_BYTES], tagged[TAG_BYTES:]
    if not config.results_allow_untagged and not _same(tag, _tag(blob, config)):
        raise UntrustedResult(
            "The recorded value was not written by this installation, and reading it could run code. Its key lies in"
            f" {str(config.home)!r}; set PREFECT_RESULTS_ALLOW_UNTAGGED=true to read it all the same."
        )
    import pickle

    return pickle.loads(blob)


def _same(tag: bytes, expected: bytes) -> bool:
    """Compare in a time that tells nothing of where they differ."""
    from hmac import compare_digest

    return compare_digest(tag, expected)


def recorded_state(call: RecordedCall, config: EngineConfig) -> State[Any] | None:
    """The final state of a finished call; None if the call has to run again."""
    if call.state_type != StateType.COMPLETED or call.result_kind is None or call.result is None:
        return None
    if call.result_kind == JSON:
        value = json.loads(call.result)
    else:
        try:
            value = _load(call.result, config)
        except Exception as error:
            logger.warning(
                "Task run %s runs again: its recorded result cannot be used. %s", call.run_id, error
            )
            return None
    return State("COMPLETED", call.state_name, call.state_message, HeldResult(value))


def keep_parameters(parameters: Mapping[str, Any], config: EngineConfig) -> dict[str, Any]:
    """What is kept, beside their JSON form, of parameters that JSON cannot hold without loss.

    Returns a dict for the run's `context`: `kept` has the pickled ones, in base64 and with a tag; `missing` names those
    that cannot be kept, which a resumed run has to be given anew.
    """
    lossy = {name: value for name, value in parameters.items() if not is_json(value)}
    if not lossy:
        return {}
    kept: dict[str, str] = {}
    for name, value in lossy.items():
        kind, blob = keep_for_replay(value, config)
        if kind == PICKLE and blob is not None:
            kept[name] = b64encode(blob).decode()
    return {PARAMETERS: {"kept": kept, "missing": sorted(lossy.keys() - kept.keys())}}


def kept_parameters(context: Mapping[str, Any], config: EngineConfig) -> dict[str, Any]:
    """The parameters that `keep_parameters` kept; those it could not are absent."""
    kept = context.get(PARAMETERS, {}).get("kept", {})
    return {name: _load(b64decode(text), config) for name, text in kept.items()}


def is_json(value: Any, depth: int = 0) -> bool:
    """Whether a value survives JSON unchanged."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return True
    if kind is float:
        return isfinite(value)
    if kind is list and depth < 20:
        return all(is_json(item, depth + 1) for item in value)
    return (
        kind is dict
        and depth < 20
        and all(type(k) is str and is_json(v, depth + 1) for k, v in value.items())
    )
