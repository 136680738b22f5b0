"""What the API says as records: ids, moments and the columns that documents are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from prefect.cli.api import Json, any_of, api
from prefect.cli.record import Record

MOMENTS = frozenset(
    "created updated timestamp expected_start_time next_scheduled_start_time start_time end_time cache_expiration"
    " submitted_time".split()
)
LARGEST_FILTER = 200


def typed(said: Json) -> Record:
    """The fields of an object, with ids as UUIDs and moments as datetimes."""
    return {name: _typed(name, value) for name, value in said.items()}


def _typed(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name in MOMENTS:
        return datetime.fromisoformat(value)
    return UUID(value) if name == "id" or name.endswith("_id") else value


def flow_run(said: Json, flow_name: object = None) -> Record:
    """A flow run. What only Headrace's own record tells is None."""
    policy = said.get("empirical_policy") or {}
    own = {"retries": policy.get("retries") or 0, "retry_delay": policy.get("retry_delay") or 0}
    extra = dict.fromkeys("attempt parent_flow_run_id root_flow_run_id entrypoint environment failure".split())
    return {**extra, **typed(said), **own, **_state(said), "flow_name": flow_name}


def task_run(said: Json, flow_run_name: object = None) -> Record:
    """A task run. What only Headrace's own record tells is None."""
    extra = dict.fromkeys("map_index attempt parent_task_run_id submitted_time reused_from failure".split())
    own = {"policy": said.get("empirical_policy"), "task_name": str(said["name"]).rpartition("-")[0] or said["name"]}
    return {**extra, **typed(said), **own, **_state(said), "flow_run_name": flow_run_name}


def _state(said: Json) -> Record:
    state = said.get("state") or {}
    moment = state.get("timestamp")
    return {
        "run_time": round(float(said.get("total_run_time") or 0) * 1_000_000),
        "state_timestamp": None if moment is None else datetime.fromisoformat(moment),
        "state_message": state.get("message"),
        "state_details": state.get("state_details"),
        "state_data": state.get("data"),
    }


def history(states: Iterable[Json]) -> list[Record]:
    """States of a run in order, numbered."""
    ordered = sorted((typed(state) for state in states), key=lambda state: str(state["timestamp"]))
    return [{"reason": None, **state, "sequence": number} for number, state in enumerate(ordered)]


def artifact(said: Json) -> Record:
    """An artifact."""
    return {**typed(said), "metadata": said.get("metadata_")}


def names_of(route: str, kind: str, ids: Iterable[object]) -> dict[object, object]:
    """Names by id of the objects of a kind (`flows`, `flow_runs`)."""
    wanted = sorted({str(one) for one in ids if one is not None})
    names: dict[object, object] = {}
    for start in range(0, len(wanted), LARGEST_FILTER):
        some = wanted[start : start + LARGEST_FILTER]
        found = api().post(route, {kind: {"id": any_of(some)}, "limit": len(some)})
        names |= {item["id"]: item["name"] for item in found}
    return names


def state_filter(names: Iterable[str], types: Iterable[str]) -> Json:
    """The filter of runs by their state; names in the cases that states are commonly written in."""
    spelled = sorted({shape for name in names for shape in (name, name.capitalize(), name.title())})
    parts = {"name": any_of(spelled)} if spelled else {}
    kinds = list(types)
    return {"state": {**parts, **({"type": any_of(kinds)} if kinds else {})}} if spelled or kinds else {}
