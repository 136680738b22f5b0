"""What a call of the client gave, as text that two clients can be compared by."""

from __future__ import annotations

import json
from typing import Any


def outcome_of(result: Any) -> str:
    """`FlowRun {...}`, `list[Flow] [...]`, `raises ObjectNotFound`, `Response 200`, ..."""
    if isinstance(result, Exception):
        return f"raises {type(result).__name__}"
    if type(result).__name__.endswith("Response") and hasattr(result, "status_code"):
        return f"Response {result.status_code}"
    return f"{_kind(result)} {json.dumps(_plain(result), sort_keys=True, default=str)}"


def _kind(result: Any) -> str:
    if isinstance(result, list):
        return f"list[{', '.join(sorted({type(item).__name__ for item in result}))}]"
    return type(result).__name__


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(item) for item in result]
    if type(result).__name__ == "State":
        facts = {"type": result.type.value, "name": result.name, "message": result.message, "id": str(result.id)}
        return {**facts, "timestamp": result.timestamp.isoformat(), "of": str(result.state_details.flow_run_id)}
    if hasattr(result, "model_dump"):
        return result.model_dump(mode="json")
    return result
