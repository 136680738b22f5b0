"""Parameters as JSON, for the record: what cannot be written down is described."""

from __future__ import annotations

import json
from collections.abc import Mapping

LONGEST_DESCRIPTION = 500


def jsonable(parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters with every value as JSON can hold it."""
    return {name: _plain(value) for name, value in parameters.items()}


def _plain(value: object) -> object:
    if value is None or type(value) in (bool, int, str):
        return value
    try:
        return json.loads(_dumps(value))
    except Exception:
        return described(value)


def _dumps(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        from pydantic_core import to_json

        return to_json(value, fallback=described, inf_nan_mode="strings").decode()


def described(value: object) -> str:
    """What kind of value it is, for people."""
    text = f"<{type(value).__module__}.{type(value).__qualname__}>"
    return text[:LONGEST_DESCRIPTION]
