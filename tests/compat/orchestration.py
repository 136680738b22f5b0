"""What an API decides about each proposed state: cases for flow runs and task runs, and what is observed of one.

    python -m tests.compat.orchestration --url http://127.0.0.1:4200/api --out tests/compat/observed_orchestration.json

`observed_orchestration.json` was made with Prefect 3.8.8's server on PostgreSQL, without services: on SQLite it does not
answer a task run that needs a slot of its tag.

A case says how its run is made, by which states (forced) it gets where it is, and which states are then proposed. Observed
is what can be compared between two servers: answers and fields without ids, and moments as minutes from now.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]
MANY_AT_ONCE = 4


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


# --- observing


async def observe(client: httpx.AsyncClient, case: Case) -> Json:
    """Make the case's run on the server and see what is decided."""
    made = await _Runs(client, case).make()
    for step in case.path:
        await _answer(client, case, made, step, force=True)
    seen: Json = {}
    for proposed in case.proposed:
        seen = await _answer(client, case, made, proposed, case.force)
    run_now = (await client.get(f"/{case.kind}_runs/{made}")).json()
    run = _shown_run(run_now)
    if run.get("state") == seen.get("state"):
        del run["state"]
    return {**seen, "run": run}


class _Runs:
    """Makes the runs of a case."""

    def __init__(self, client: httpx.AsyncClient, case: Case) -> None:
        self.client = client
        self.case = case
        self.common: Json = {}

    async def make(self) -> str:
        await (self._prepare_flow() if self.case.kind == "flow" else self._prepare_task())
        for steps in self.case.others:
            other = await self._new({"state": PROPOSED["due"]} if self.case.strategy else {})
            for step in steps:
                await _answer(self.client, self.case, other, step, force=False)
        return await self._new(self.case.made)

    async def _new(self, made: Mapping[str, Any]) -> str:
        own = {"dynamic_key": uuid4().hex} if self.case.kind == "task" else {}
        given = {key: _timed(value) if key == "state" else value for key, value in made.items()}
        answered = await self.client.post(f"/{self.case.kind}_runs/", json={**self.common, **own, **given})
        assert answered.status_code in (200, 201), answered.text
        run: str = answered.json()["id"]
        if self.case.changed:
            await self.client.patch(f"/{self.case.kind}_runs/{run}", json=dict(self.case.changed))
        return run

    async def _flow(self) -> str:
        flow: str = (await self.client.post("/flows/", json={"name": "orchestration"})).json()["id"]
        return flow

    async def _prepare_flow(self) -> None:
        flow = await self._flow()
        self.common = {"flow_id": flow}
        if self.case.strategy is None:
            return
        limits: Json = {}
        if self.case.limit is not None:
            limits = {"concurrency_limit": self.case.limit}
            limits["concurrency_options"] = {"collision_strategy": self.case.strategy}
        made = await self.client.post("/deployments/", json={"flow_id": flow, "name": uuid4().hex, **limits})
        assert made.status_code == 201, made.text
        self.common["deployment_id"] = made.json()["id"]

    async def _prepare_task(self) -> None:
        self.common = {"task_key": "orchestrated"}
        if self.case.flow_run is not None:
            flow_run = (await self.client.post("/flow_runs/", json={"flow_id": await self._flow()})).json()["id"]
            for step in self.case.flow_run:
                body = {"state": _timed(step), "force": True}
                await self.client.post(f"/flow_runs/{flow_run}/set_state", json=body)
            self.common["flow_run_id"] = flow_run
        if self.case.limit is not None:
            tag = f"orchestration-{uuid4().hex}"
            await self.client.post("/concurrency_limits/", json={"tag": tag, "concurrency_limit": self.case.limit})
            self.common["tags"] = [tag]


async def _answer(client: httpx.AsyncClient, case: Case, run: str, proposed: Json, force: bool) -> Json:
    body = {"state": _timed(proposed), "force": force}
    answered = await client.post(f"/{case.kind}_runs/{run}/set_state", json=body)
    if answered.status_code not in (200, 201):
        return {"code": answered.status_code}
    content = answered.json()
    details = {key: value for key, value in content["details"].items() if value is not None}
    if "reason" in details:
        details["reason"] = _OWN_NAMES.sub("...", details["reason"])
    if "delay_seconds" in details:
        details["delay_seconds"] = round(details["delay_seconds"] / 5) * 5
    return {
        "code": answered.status_code,
        "status": content["status"],
        "details": details,
        "state": content["state"] and _shown_state(content["state"]),
    }


_OWN_NAMES = re.compile(r"(orchestration-)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
"""Ids, and tags that are made for one case."""


def _timed(given: Json) -> Json:
    """The state with its minutes from now as moments."""
    details = {name: _moment(value) if name in _MOMENTS else value for name, value in _details(given).items()}
    return {**given, "state_details": details}


_MOMENTS = frozenset({"scheduled_time", "pause_timeout", "cache_expiration"})


def _details(given: Json) -> Json:
    details: Json = given.get("state_details", {})
    return details


def _moment(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def _shown_state(given: Json) -> Json:
    details = {name: _shown(name, value) for name, value in given["state_details"].items() if name not in _OWN}
    shown: Json = {"type": given["type"], "name": given["name"], "message": given["message"], "data": given["data"]}
    shown["timestamp"] = _minutes(given["timestamp"])
    shown["details"] = {name: value for name, value in details.items() if value not in (None, False)}
    return {name: value for name, value in shown.items() if value not in (None, {})}


_OWN = frozenset({"flow_run_id", "task_run_id", "transition_id", "traceparent"})


def _shown(name: str, value: Any) -> Any:
    if name in _MOMENTS and value is not None:
        return _minutes(value)
    return "set" if name in ("cache_key", "deployment_concurrency_lease_id") and value else value


def _minutes(moment: str | None) -> str | None:
    if moment is None:
        return None
    return f"{round((datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds() / 60)} min"


_COUNTED = ("run_count", "flow_run_run_count", "state_type", "state_name", "infrastructure_pid")
_TIMES = ("expected_start_time", "next_scheduled_start_time", "start_time", "end_time", "cache_expiration")


def _shown_run(run: Json) -> Json:
    shown: Json = {name: run.get(name) for name in _COUNTED}
    shown |= {name: _minutes(run.get(name)) for name in _TIMES}
    shown["state"] = run["state"] and _shown_state(run["state"])
    shown["ran"] = run["total_run_time"] > 0
    shown["cache_key"] = "set" if run.get("cache_key") else None
    policy = run["empirical_policy"]
    shown["policy"] = {name: value for name, value in policy.items() if value not in (None, 0, [], False)}
    if "pause_keys" in shown["policy"]:
        shown["policy"]["pause_keys"] = len(policy["pause_keys"])
    return {name: value for name, value in shown.items() if value not in (None, {}, False)}


async def observe_all(
    client: httpx.AsyncClient, wanted: Sequence[Case], at_once: int = MANY_AT_ONCE
) -> dict[str, Json]:
    """What is observed of each case, by its name."""
    seen: dict[str, Json] = {}
    left = iter(wanted)

    async def work() -> None:
        for case in left:
            seen[case.name] = await observe(client, case)

    await asyncio.gather(*(work() for _ in range(at_once)))
    return {case.name: seen[case.name] for case in wanted}


class _Patient(httpx.AsyncBaseTransport):
    """Asks again while a server is busy."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(100):
            response = await self.inner.handle_async_request(request)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            await response.aclose()
            await asyncio.sleep(0.05)
        return response


OBSERVED = Path(__file__).with_name("observed_orchestration.json")


def observed() -> dict[str, Json]:
    """What was observed of Prefect's server, by case."""
    kept = json.loads(OBSERVED.read_text(encoding="utf-8"))
    return {name: kept["observations"][number] for name, number in kept["cases"].items()}


def written(seen: Mapping[str, Json]) -> str:
    """Observations as they are kept: each once, and which of them every case gave."""
    numbers: dict[str, int] = {}
    for observation in seen.values():
        numbers.setdefault(json.dumps(observation, sort_keys=True), len(numbers))
    cases = [f"{json.dumps(name)}: {numbers[json.dumps(what, sort_keys=True)]}" for name, what in seen.items()]
    return '{"observations": [\n' + ",\n".join(numbers) + '\n],\n"cases": {\n' + ",\n".join(cases) + "\n}}\n"


async def _record(url: str, out: Path, only: str) -> None:
    wanted = [case for case in cases() if only in case.name]
    transport = _Patient(httpx.AsyncHTTPTransport())
    async with httpx.AsyncClient(base_url=url, timeout=60, transport=transport) as client:
        seen = await observe_all(client, wanted)
    out.write_text(written(seen), encoding="utf-8")


def main() -> None:
    """Observe a server and write down what was seen."""
    parser = argparse.ArgumentParser(description="Record what an API decides about proposed states.")
    parser.add_argument("--url", required=True, help="the API, such as http://127.0.0.1:4200/api")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--only", default="", help="part of the names of cases")
    options = parser.parse_args()
    asyncio.run(_record(options.url, options.out, options.only))


if __name__ == "__main__":
    main()
