"""Records that are odd but well formed, by what is odd about them: requests that a server refuses or bears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

LONG = 100_000
PATIENCE = 10.0
"""Seconds in which every request has to be answered."""

FAR = "9999-12-31T23:59:59.999999+00:00"
EARLY = "0001-01-01T00:00:00+00:00"

SCHEDULES: dict[str, dict[str, Any]] = {
    "cron of no day": {"cron": "0 0 31 2 *"},
    "cron of every second": {"cron": "* * * * * *"},
    "cron of a leap year's Monday": {"cron": "0 0 29 2 1", "day_or": False},
    "rrule without an interval": {"rrule": "FREQ=DAILY;INTERVAL=0"},
    "rrule of no day": {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"},
    "rrule of every second": {"rrule": "DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY"},
    "rrule of long ago": {"rrule": "DTSTART:00010101T000000Z\nRRULE:FREQ=SECONDLY;INTERVAL=7"},
    "rrule of far away": {"rrule": "DTSTART:99991231T235959Z\nRRULE:FREQ=DAILY"},
    "rrule of nothing": {"rrule": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1"},
    "rrule of a large interval": {"rrule": "FREQ=YEARLY;INTERVAL=999999999"},
    "long rrule": {"rrule": "FREQ=DAILY;BYMINUTE=" + ",".join(["1"] * 30_000)},
    "interval of a nanosecond": {"interval": 1e-9},
    "interval of a microsecond": {"interval": 1e-6},
    "interval of ages": {"interval": 1e13},
    "interval back in time": {"interval": -60},
    "interval of nothing": {"interval": 0},
    "interval from year 1": {"interval": 0.001, "anchor_date": EARLY},
    "interval from year 9999": {"interval": 3600, "anchor_date": FAR, "timezone": "Pacific/Kiritimati"},
    "time zone of nowhere": {"interval": 3600, "timezone": "../../etc/passwd"},
}


def nested(depth: int, inside: Any = 1) -> Any:
    """An object in an object in an object."""
    for _ in range(depth):
        inside = {"a": inside}
    return inside


class Client:
    """Sends odd records, and remembers what was taken."""

    def __init__(self, api: str) -> None:
        self.http = httpx.Client(base_url=api, timeout=PATIENCE, trust_env=False)
        self.flow = self.made("/flows/", {"name": "odd"})["id"]
        self.taken: list[str] = []
        self.refused: list[str] = []
        self.harmed: list[str] = []
        """What was answered 5xx, or not at all."""

    def close(self) -> None:
        """Let go of the server."""
        self.http.close()

    def made(self, path: str, body: Any) -> Any:
        """What is made by a request that has nothing odd."""
        answer = self.http.post(path, json=body)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json()

    def send(self, name: str, method: str, path: str, body: Any) -> Any:
        """Send what may be odd, NaN and the like as Python writes them; returns the answer if it was taken."""
        content = json.dumps(body).encode()
        try:
            answer = self.http.request(method, path, content=content, headers={"content-type": "application/json"})
        except httpx.TransportError as error:
            self.harmed.append(f"{name}: {method} {path} {error!r}")
            return None
        if answer.status_code >= 500:
            self.harmed.append(f"{name}: {method} {path} {answer.status_code} {answer.text[:300]}")
        (self.taken if answer.is_success else self.refused).append(name)
        return answer.json() if answer.is_success and answer.content else None

    def deployment(self, name: str, **fields: Any) -> Any:
        """Make a deployment."""
        return self.send(name, "POST", "/deployments/", {"name": name, "flow_id": self.flow, **fields})


def send_all(client: Client) -> None:
    """Every odd record there is here."""
    for name, schedule in SCHEDULES.items():
        answer = client.deployment(name, schedules=[{"active": True, "schedule": schedule}])
        if answer is not None:
            path = f"/deployments/{answer['id']}/schedule"
            client.send(f"runs of {name}", "POST", path, {"min_runs": 5, "max_runs": 50})
            client.send(f"all runs of {name}", "POST", path, {"start_time": EARLY, "end_time": FAR})
    for name, method, path, body in (*of_runs(client), *of_patterns(client), *of_blocks(client), *of_others(client)):
        answer = client.send(name, method, path, body)
        if answer is not None and path == "/deployments/":
            run = {"parameters": body["parameters"], "state": {"type": "PENDING"}}
            client.send(f"run of {name}", "POST", f"/deployments/{answer['id']}/create_flow_run", run)


Sent = Iterator[tuple[str, str, str, Any]]


def of_runs(client: Client) -> Sent:
    """Runs and their states."""
    run = {"flow_id": client.flow, "state": {"type": "PENDING"}}
    yield "nested parameters", "POST", "/flow_runs/", {**run, "parameters": nested(300)}
    yield "bearably nested parameters", "POST", "/flow_runs/", {**run, "parameters": nested(60)}
    yield "parameters without a number", "POST", "/flow_runs/", {**run, "parameters": {"a": float("nan")}}
    yield "infinite parameters", "POST", "/flow_runs/", {**run, "parameters": {"a": float("inf")}}
    yield "large whole numbers", "POST", "/flow_runs/", {**run, "parameters": {"a": 10**400}}
    yield "half a character", "POST", "/flow_runs/", {**run, "parameters": {"a": "\ud800"}, "tags": ["\ud800"]}
    yield "no character", "POST", "/flow_runs/", {**run, "parameters": {"a\0": "\0"}, "name": "\0"}
    yield "long state name", "POST", "/flow_runs/", {**run, "state": {"type": "RUNNING", "name": "n" * LONG}}
    yield "long run name", "POST", "/flow_runs/", {**run, "name": "n" * LONG, "tags": ["t" * LONG]}
    yield "many tags", "POST", "/flow_runs/", {**run, "tags": [str(number) for number in range(20_000)]}
    for name, moment in (("far", FAR), ("early", EARLY)):
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": moment}, "timestamp": moment}
        yield f"scheduled {name}", "POST", "/flow_runs/", {**run, "state": state}
        yield f"paused {name}", "POST", "/flow_runs/", {
            **run, "state": {"type": "PAUSED", "state_details": {"pause_timeout": moment}, "timestamp": moment}
        }  # fmt: skip
        yield f"ended {name}", "POST", "/flow_runs/", {**run, "state": {"type": "COMPLETED", "timestamp": moment}}
        yield f"task run {name}", "POST", "/task_runs/", {
            "flow_run_id": str(uuid4()), "task_key": "k", "dynamic_key": "0", "cache_key": "c", "cache_expiration": moment,
            "state": {"type": "RUNNING", "timestamp": moment},
        }  # fmt: skip
    yield "its own parent", "POST", "/flow_runs/", {**run, "parent_task_run_id": str(uuid4())}
    policy = {"retries": 10**9, "retry_delay": 10**18, "max_retries": 2**62}
    yield "patient policy", "POST", "/flow_runs/", {**run, "empirical_policy": policy}


def of_patterns(client: Client) -> Sent:
    """Schemas of parameters, of which the server checks parameters against."""

    def deployment(name: str, schema: Any, parameters: Any) -> tuple[str, str, str, Any]:
        fields = {"parameter_openapi_schema": schema, "parameters": parameters, "enforce_parameter_schema": True}
        return name, "POST", "/deployments/", {"name": name, "flow_id": client.flow, **fields}

    def pattern(text: str) -> Any:
        return {"type": "object", "properties": {"a": {"type": "string", "pattern": text}}}

    yield deployment("long pattern", pattern("(a|" * 1000 + "b" * LONG), {"a": "b"})
    yield deployment("long good pattern", pattern("a" * LONG), {"a": "b"})
    yield deployment("patient pattern", pattern("^(a+)+$"), {"a": "a" * 40 + "!"})
    yield deployment("patient alternatives", pattern("^(a|a)*$"), {"a": "a" * 40 + "!"})
    yield deployment("large repetition", pattern("(a{1,65535}){1,65535}"), {"a": "a" * 100})
    itself = {"type": "object", "properties": {"a": {"$ref": "#"}}, "definitions": {"x": {"$ref": "#/definitions/x"}}}
    yield deployment("schema of itself", itself, nested(50))
    yield deployment("schema in a circle", {"$ref": "#/definitions/x", **itself}, {"a": 1})
    yield deployment("schema from elsewhere", {"$ref": "http://127.0.0.1:9/x"}, {"a": 1})
    yield deployment("schema from a file", {"$ref": "file:///etc/passwd"}, {"a": 1})
    yield deployment("nested schema", nested(300), {})
    yield deployment("schema of odd types", {"type": 5, "properties": [], "required": "x"}, {"a": 1})
    yield deployment("schema that divides", {"properties": {"a": {"multipleOf": 0}}}, {"a": 10**400})
    many = {"type": "object", "properties": {"a": {"uniqueItems": True}}}
    yield deployment("many unique items", many, {"a": [{"n": number} for number in range(5000)]})


def of_blocks(client: Client) -> Sent:
    """Block documents that refer to themselves and to each other."""
    kind = client.made("/block_types/", {"name": "Odd", "slug": "odd"})["id"]
    fields = {"title": "Odd", "type": "object", "properties": {"other": {}}, "block_schema_references": {}}
    schema = client.made("/block_schemas/", {"block_type_id": kind, "fields": fields, "capabilities": []})["id"]

    def document(name: str, data: Any) -> dict[str, Any]:
        return {"name": name, "data": data, "block_schema_id": schema, "block_type_id": kind}

    ids = [client.made("/block_documents/", document(f"odd-{number}", {}))["id"] for number in range(2)]

    def reference(to: str) -> Any:
        return {"data": {"other": {"$ref": {"block_document_id": to}}}}

    yield "block of itself", "PATCH", f"/block_documents/{ids[0]}", reference(ids[0])
    yield "block of another", "PATCH", f"/block_documents/{ids[0]}", reference(ids[1])
    yield "blocks in a circle", "PATCH", f"/block_documents/{ids[1]}", reference(ids[0])
    yield "block of nothing", "POST", "/block_documents/", document("odd-2", reference(str(uuid4()))["data"])
    yield "nested block", "POST", "/block_documents/", document("odd-3", nested(90))
    itself = {
        "title": "Odd",
        "block_schema_references": {"other": {"block_type_slug": "odd", "block_schema_checksum": "x"}},
    }
    yield "schema of itself", "POST", "/block_schemas/", {"block_type_id": kind, "fields": {**fields, **itself}}


def of_others(_: Client) -> Sent:
    """Lines, events, variables, artifacts, limits and automations."""
    line = {"name": "odd", "level": 20, "message": "m", "timestamp": FAR, "flow_run_id": str(uuid4())}
    yield "line of far away", "POST", "/logs/", [line, {**line, "timestamp": EARLY}]
    yield "line of a large level", "POST", "/logs/", [{**line, "level": 2**63}]
    yield "line of nothing", "POST", "/logs/", [{**line, "message": "\0\ud800", "name": ""}]
    event: dict[str, Any] = {
        "event": "odd",
        "occurred": FAR,
        "resource": {"prefect.resource.id": "odd"},
        "id": str(uuid4()),
    }
    yield "event of far away", "POST", "/events", [event]
    yield "event of early days", "POST", "/events", [{**event, "occurred": EARLY, "id": str(uuid4())}]
    yield "event of itself", "POST", "/events", [{**event, "follows": event["id"], "payload": nested(80)}]
    yield "nested variable", "POST", "/variables/", {"name": "odd", "value": nested(90)}
    yield "variable without a number", "POST", "/variables/", {"name": "odd2", "value": float("nan")}
    yield "nested artifact", "POST", "/artifacts/", {"key": "odd", "data": nested(90), "metadata_": {"a": "\0"}}
    limit = {"name": "odd", "limit": 2**31, "slot_decay_per_second": 1e-300}
    yield "limit that hardly decays", "POST", "/v2/concurrency_limits/", limit
    yield (
        "limit that decays at once",
        "POST",
        "/v2/concurrency_limits/",
        {**limit, "name": "odd2", "slot_decay_per_second": 1e300},
    )
    trigger: Any = {"type": "event", "posture": "Proactive", "threshold": 1, "within": 1e300, "expect": ["*"]}
    automation = {"name": "odd", "trigger": trigger, "actions": [{"type": "do-nothing"}]}
    yield "patient automation", "POST", "/automations/", automation
    for _depth in range(40):
        trigger = {"type": "compound", "require": "all", "within": 0, "triggers": [trigger]}
    yield "nested automation", "POST", "/automations/", {**automation, "trigger": trigger}
    endless = "{% for a in range(10**9) %}{% for b in range(10**9) %}x{% endfor %}{% endfor %}"
    action = {
        "type": "run-deployment",
        "source": "inferred",
        "parameters": {"a": {"__prefect_kind": "jinja", "template": endless}},
    }
    plain = {"type": "event", "posture": "Reactive", "threshold": 1, "within": 0, "expect": ["odd*"]}
    yield (
        "automation of an endless template",
        "POST",
        "/automations/",
        {**automation, "trigger": plain, "actions": [action]},
    )
    yield "odd again", "POST", "/events", [{**event, "occurred": "2026-01-01T00:00:00Z", "id": str(uuid4())}]
