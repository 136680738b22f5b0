"""Which states are proposed to which runs: every pair of states, and whatever else a decision may rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One run and what is proposed to it."""

    name: str
    kind: str
    """`flow` or `task`."""

    path: Sequence[Json] = ()
    """States that it is forced into, one after the other."""

    proposed: Sequence[Json] = ()
    """States proposed; the answer to the last one is what is observed."""

    force: bool = False
    made: Mapping[str, Any] = field(default_factory=dict)
    """How the run is created."""

    changed: Mapping[str, Any] = field(default_factory=dict)
    """How it is changed after that."""

    flow_run: Sequence[Json] | None = ({"type": "RUNNING"},)
    """Task runs: the states of their flow run; None for no flow run at all."""

    limit: int | None = None
    """A concurrency limit: of the deployment of a flow run, of the tag of a task run."""

    strategy: str | None = None
    """What a deployment does when its limit is reached; no deployment if None."""

    others: Sequence[Sequence[Json]] = ()
    """Runs of the same deployment or tag, by the states proposed to each before."""


def state(type: str, name: str | None = None, message: str | None = None, data: Any = None, **details: Any) -> Json:
    """A state as a request has it; moments are minutes from now."""
    given: Json = {"type": type, "name": name, "message": message, "data": data, "state_details": details}
    return {key: value for key, value in given.items() if value}


RESULT = {"storage_key": "kept", "serializer": {"type": "json"}, "prefect_version": "3.8.8"}

CURRENT: dict[str, Sequence[Json]] = {
    "created": (),
    "due": (state("SCHEDULED", scheduled_time=-10),),
    "scheduled": (state("SCHEDULED", scheduled_time=60),),
    "late": (state("SCHEDULED", "Late", scheduled_time=-10),),
    "awaiting retry": (state("RUNNING"), state("SCHEDULED", "AwaitingRetry", scheduled_time=-10)),
    "awaiting retry, not yet": (state("RUNNING"), state("SCHEDULED", "AwaitingRetry", scheduled_time=60)),
    "awaiting slot": (state("SCHEDULED", "AwaitingConcurrencySlot", scheduled_time=-10),),
    "pending": (state("PENDING"),),
    "pending, not yet": (state("PENDING", scheduled_time=60),),
    "running": (state("RUNNING"),),
    "running twice": (state("RUNNING"), state("PENDING"), state("RUNNING", "Retrying")),
    "paused": (state("RUNNING"), state("PAUSED", pause_timeout=60, pause_key="k")),
    "paused too long": (state("RUNNING"), state("PAUSED", pause_timeout=-10, pause_key="k")),
    "paused without end": (state("RUNNING"), state("PAUSED")),
    "suspended": (state("RUNNING"), state("PAUSED", "Suspended", pause_timeout=60, pause_reschedule=True)),
    "suspended too long": (state("RUNNING"), state("PAUSED", "Suspended", pause_timeout=-10, pause_reschedule=True)),
    "cancelling": (state("RUNNING"), state("CANCELLING")),
    "completed": (state("RUNNING"), state("COMPLETED")),
    "completed with data": (state("RUNNING"), state("COMPLETED", data=RESULT)),
    "failed": (state("RUNNING"), state("FAILED", message="no")),
    "timed out": (state("RUNNING"), state("FAILED", "TimedOut")),
    "crashed": (state("RUNNING"), state("CRASHED", message="gone")),
    "cancelled": (state("RUNNING"), state("CANCELLED")),
}

PROPOSED: dict[str, Json] = {
    "due": state("SCHEDULED", scheduled_time=-10),
    "scheduled": state("SCHEDULED", scheduled_time=60),
    "scheduled without a time": state("SCHEDULED"),
    "late": state("SCHEDULED", "Late", scheduled_time=-10),
    "awaiting retry": state("SCHEDULED", "AwaitingRetry", scheduled_time=60),
    "resuming": state("SCHEDULED", "Resuming", scheduled_time=-1),
    "pending": state("PENDING"),
    "pending, not yet": state("PENDING", scheduled_time=60),
    "running": state("RUNNING"),
    "running by a name": state("RUNNING", "Busy", "hm"),
    "paused": state("PAUSED", pause_timeout=60, pause_key="k"),
    "paused by another key": state("PAUSED", pause_timeout=60, pause_key="l"),
    "paused without end": state("PAUSED"),
    "suspended": state("PAUSED", "Suspended", pause_timeout=60, pause_reschedule=True),
    "cancelling": state("CANCELLING"),
    "completed": state("COMPLETED"),
    "completed with data": state("COMPLETED", data=RESULT),
    "completed, not kept": state("COMPLETED", data={"type": "unpersisted"}),
    "failed": state("FAILED", message="no"),
    "failed for good": state("FAILED", retriable=False),
    "crashed": state("CRASHED", message="gone"),
    "cancelled": state("CANCELLED"),
}
FORCED = ("scheduled", "pending", "running", "paused", "cancelling", "completed", "failed")
RETRIED = {
    "retries": {"empirical_policy": {"retries": 1, "retry_delay": 600}},
    "retries at once": {"empirical_policy": {"retries": 2, "retry_delay": 0}},
    "no retries": {"empirical_policy": {"retries": 0}},
}
DELAYS = {
    "delays": {"empirical_policy": {"retries": 3, "retry_delay": [600, 1200, 1800]}},
    "fewer delays": {"empirical_policy": {"retries": 3, "retry_delay": [600]}},
    "older names": {"empirical_policy": {"max_retries": 1, "retry_delay_seconds": 600}},
}


def cases() -> list[Case]:
    """All of them, each by a name of its own."""
    found = [*_pairs("flow"), *_pairs("task"), *_repeated(), *_retries(), *_infrastructure(), *_deployments()]
    return [*found, *_task_flow_runs(), *_caching(), *_tag_limits(), *_first_states()]


def _pairs(kind: str) -> Iterator[Case]:
    for current, path in CURRENT.items():
        for name, proposed in PROPOSED.items():
            yield Case(f"{kind}: {current} > {name}", kind, path, [proposed])
        for name in FORCED:
            yield Case(f"{kind}: {current} > {name}, forced", kind, path, [PROPOSED[name]], force=True)


def _first_states() -> Iterator[Case]:
    for kind in ("flow", "task"):
        for name, first in PROPOSED.items():
            if name != "completed with data":  # which Prefect's server answers with 500
                yield Case(f"{kind}: made {name}", kind, made={"state": first})


def _repeated() -> Iterator[Case]:
    mark = str(uuid4())
    for kind in ("flow", "task"):
        for current, path in CURRENT.items():
            if path:
                again = {**path[-1], "state_details": {**path[-1].get("state_details", {}), "transition_id": mark}}
                yield Case(f"{kind}: {current}, asked again", kind, [*path[:-1], again], [again])


def _retries() -> Iterator[Case]:
    endings = ("failed", "failed for good", "crashed", "completed", "cancelled", "running", "pending", "scheduled")
    for kind, policies in (("flow", RETRIED), ("task", RETRIED | DELAYS)):
        for policy, made in policies.items():
            for current in ("created", "running", "running twice", "awaiting retry", "paused", "failed", "crashed"):
                for name in endings:
                    called = f"{kind} with {policy}: {current} > {name}"
                    yield Case(called, kind, CURRENT[current], [PROPOSED[name]], made=made)
            twice = [state("RUNNING"), state("FAILED"), state("RUNNING"), state("FAILED")]
            yield Case(f"{kind} with {policy}: fails twice", kind, (), twice, made=made)
            thrice = [*twice, state("RUNNING"), state("FAILED")]
            yield Case(f"{kind} with {policy}: fails three times", kind, (), thrice, made=made)


def _infrastructure() -> Iterator[Case]:
    for current, path in CURRENT.items():
        for name in ("cancelling", "cancelled"):
            changed = {"infrastructure_pid": "host:1"}
            called = f"flow with infrastructure: {current} > {name}"
            yield Case(called, "flow", path, [PROPOSED[name]], changed=changed)


def _deployments() -> Iterator[Case]:
    proposals = ("pending", "running", "scheduled", "resuming", "completed", "cancelling", "paused")
    for current, path in CURRENT.items():
        for name in proposals:
            called = f"flow of a deployment: {current} > {name}"
            yield Case(called, "flow", path, [PROPOSED[name]], strategy="ENQUEUE")
    for strategy in ("ENQUEUE", "CANCEL_NEW"):
        for limit in (1, 2):
            for other, steps in (("none", ()), *_others()):
                for name in ("pending", "running"):
                    called = f"flow limited to {limit} ({strategy}), {other}: due > {name}"
                    yield Case(called, "flow", (), [PROPOSED[name]], made={"state": PROPOSED["due"]}, limit=limit,
                               strategy=strategy, others=steps)  # fmt: skip
        alone = {"limit": 1, "strategy": strategy, "made": {"state": PROPOSED["due"]}}
        for name, steps in _lives():
            yield Case(f"flow limited to 1 ({strategy}): {name}", "flow", (), steps, **alone)


def _lives() -> Iterator[tuple[str, Sequence[Json]]]:
    """Whole lives of a run that needs a slot of its deployment."""
    begun = [state("PENDING"), state("RUNNING")]
    paused = state("PAUSED", "Suspended", pause_timeout=60, pause_reschedule=True)
    resumed = [state("SCHEDULED", "Resuming", scheduled_time=-1), state("PENDING"), state("RUNNING")]
    lives = {
        "begins": begun,
        "ends": [*begun, state("COMPLETED")],
        "is paused": [*begun, state("PAUSED", pause_timeout=60)],
        "is suspended": [*begun, paused],
        "is resumed": [*begun, paused, *resumed],
        "is cancelled": [*begun, state("CANCELLING"), state("CANCELLED")],
        "is given back": [state("PENDING"), state("SCHEDULED", scheduled_time=-1)],
        "is run again": [*begun, state("COMPLETED"), state("SCHEDULED", scheduled_time=-1), state("PENDING")],
    }
    yield from lives.items()


def _others() -> Sequence[tuple[str, Sequence[Sequence[Json]]]]:
    running = state("RUNNING")
    begun = [state("PENDING")]
    return (
        ("one pending", [begun]),
        ("one running", [[*begun, running]]),
        ("one completed", [[*begun, running, state("COMPLETED")]]),
        ("one cancelling", [[*begun, running, state("CANCELLING")]]),
        ("one paused", [[*begun, running, state("PAUSED", pause_timeout=60)]]),
        ("one suspended", [[*begun, running, state("PAUSED", "Suspended", pause_timeout=60, pause_reschedule=True)]]),
        ("one failed, one running", [[*begun, running, state("FAILED")], [*begun, running]]),
    )


def _task_flow_runs() -> Iterator[Case]:
    for flow_run, steps in CURRENT.items():
        for current in ("created", "running", "failed"):
            for name in ("pending", "running", "completed"):
                called = f"task, flow run {flow_run}: {current} > {name}"
                yield Case(called, "task", CURRENT[current], [PROPOSED[name]], flow_run=steps)
    for current in ("created", "due", "scheduled", "running", "completed", "failed"):
        for name in ("pending", "running", "completed", "failed"):
            called = f"task without flow run: {current} > {name}"
            yield Case(called, "task", CURRENT[current], [PROPOSED[name]], flow_run=None)


def _caching() -> Iterator[Case]:
    kept = {"data": RESULT}
    for expiry, when in (
        ("for good", {}),
        ("for an hour", {"cache_expiration": 60}),
        ("expired", {"cache_expiration": -60}),
    ):
        for refresh in (None, True, False):
            key = f"key-{uuid4()}"
            done = state("COMPLETED", **kept, cache_key=key, **when)
            asks = state("RUNNING", cache_key=key, refresh_cache=refresh)
            called = f"task cached {expiry}, refresh {refresh}"
            yield Case(called, "task", (), [asks], others=[[state("RUNNING"), done]])
    key = f"key-{uuid4()}"
    forgotten = [state("RUNNING"), state("COMPLETED", cache_key=key)]
    yield Case("task cached without data", "task", (), [state("RUNNING", cache_key=key)], others=[forgotten])
    failed = [state("RUNNING"), state("FAILED", cache_key=f"{key}-2", data=RESULT)]
    yield Case("task failed with a key", "task", (), [state("RUNNING", cache_key=f"{key}-2")], others=[failed])


def _tag_limits() -> Iterator[Case]:
    running = state("RUNNING")
    others: Sequence[tuple[str, Sequence[Sequence[Json]]]] = (
        ("none", ()),
        ("one running", [[running]]),
        ("one completed", [[running, state("COMPLETED")]]),
        ("one failed", [[running, state("FAILED")]]),
        ("one awaiting retry", [[running, state("SCHEDULED", "AwaitingRetry", scheduled_time=60)]]),
        ("one cancelling", [[running, state("CANCELLING")]]),
        ("one paused", [[running, state("PAUSED")]]),
    )
    for limit in (0, 1, 2):
        for other, steps in others:
            for current in ("created", "due", "running", "failed"):
                for name in ("pending", "running", "completed"):
                    called = f"task limited to {limit}, {other}: {current} > {name}"
                    yield Case(called, "task", CURRENT[current], [PROPOSED[name]], limit=limit, others=steps)
