"""What an API decides about each proposed state: cases for flow runs and task runs, and what is observed of one.

    python -m tests.compat.orchestration --url http://127.0.0.1:4200/api --out tests/compat/observed_orchestration.json

`observed_orchestration.json` was made with Prefect 3.8.8's server on PostgreSQL, without services: on SQLite it does not
answer a task run that needs a slot of its tag.

A case (`orchestration_cases.py`) says how its run is made, by which states, forced, it gets where it is, and which states
are then proposed. Observed is what can be compared between two servers: answers and fields without ids, and moments as
minutes from now.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.compat.orchestration_cases import PROPOSED, Case, Json, cases

MANY_AT_ONCE = 4


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
