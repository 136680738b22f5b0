"""Why a flow run is where it is, as the API and the command line show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect.core.explain import Explanation, FullLimit, Holder
from prefect.core.times import to_datetime
from prefect.orchestrator.explain import Explained

Json = dict[str, Any]


def explanation_json(found: Explained) -> Json:
    """The cause, and below `also` what else holds the run up."""
    run, (first, *others) = found.run, found.explanations
    return {
        "flow_run_id": run.id,
        "flow_run_name": run.name,
        "state_type": None if run.state is None else run.state.type.value,
        "state_name": None if run.state is None else run.state.name,
        "state_timestamp": None if run.state is None else run.state.timestamp,
        **_explained(first),
        "reason": found.reason,
        "also": [_explained(each) for each in others],
    }


def _explained(explanation: Explanation) -> Json:
    limit = explanation.limit
    return {
        "waiting": explanation.waiting,
        "cause": explanation.cause.value,
        "sentence": explanation.sentence,
        "since": _moment(explanation.since),
        "next_decision_time": _moment(explanation.next_decision),
        "limit": None if limit is None else _limit(limit),
        "holders": [] if limit is None else [_holder(each) for each in limit.holders],
    }


def _limit(limit: FullLimit) -> Json:
    return {"name": limit.name, "slots": limit.slots, "taken": limit.taken, "waiting": limit.waiting}


def _holder(holder: Holder) -> Json:
    return {
        "id": holder.id,
        "type": holder.kind,
        "name": holder.name,
        "since": _moment(holder.since),
        "slots": holder.occupy,
        "process": holder.process,
        "expires": _moment(holder.expires),
    }


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else to_datetime(micros)
