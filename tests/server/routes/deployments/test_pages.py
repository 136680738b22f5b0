"""What the web UI asks of deployments."""

from __future__ import annotations

import time

import httpx

from tests.server.routes.deployments.making import NOBODY, deploy, make_flow, run_of
from tests.server.support import conforms


async def test_deployments_and_next_runs_by_flow(api: httpx.AsyncClient) -> None:
    flow = await make_flow(api)
    made = [await deploy(api, flow, name=name) for name in "ab"]
    runs = [await run_of(api, each) for each in made]
    wanted = {"flow_ids": [flow["id"], NOBODY]}
    counts = await api.post("/ui/flows/count-deployments", json=wanted)
    assert conforms("/ui/flows/count-deployments", "post", counts) == {flow["id"]: 2, NOBODY: 0}
    found = conforms("/ui/flows/next-runs", "post", await api.post("/ui/flows/next-runs", json=wanted))
    assert (found[flow["id"]]["id"], found[NOBODY]) == (runs[0]["id"], None)


async def test_what_is_wrong_with_values_is_said_where_it_is(api: httpx.AsyncClient) -> None:
    inner = {"type": "object", "properties": {"k": {"type": "integer"}}, "required": ["k", "m"]}
    properties = {"x": {"type": "integer"}, "l": {"type": "array", "items": {"type": "string"}}, "o": inner}
    schema = {"type": "object", "properties": properties, "required": ["x", "w"]}
    given = {"schema": schema, "values": {"x": "no", "l": ["a", 1], "o": {"k": "z"}}}
    body = conforms("/ui/schemas/validate", "post", await api.post("/ui/schemas/validate", json=given))
    missing = {"property": "m", "errors": ["'m' is a required property"]}
    assert body == {
        "valid": False,
        "errors": [
            {"property": "x", "errors": ["'no' is not of type 'integer'"]},
            {"property": "l", "errors": [{"index": 1, "errors": ["1 is not of type 'string'"]}]},
            {"property": "o", "errors": [{"property": "k", "errors": ["'z' is not of type 'integer'"]}, missing]},
            {"property": "w", "errors": ["'w' is a required property"]},
        ],
    }
    fine = {"schema": schema, "values": {"x": {"__prefect_kind": "json", "value": "1"}, "w": 1}}
    assert (await api.post("/ui/schemas/validate", json=fine)).json() == {"valid": True, "errors": []}


async def test_schemas_that_cannot_be_evaluated_are_refused_in_time(api: httpx.AsyncClient) -> None:
    branching = {f"A{n}": {"anyOf": [{"$ref": f"#/definitions/A{n + 1}"}] * 2} for n in range(40)}
    branching["A40"] = {"type": "integer"}
    for schema, says in (
        ({"type": "wrong"}, "is not valid under any of the given schemas"),
        ({"properties": {"x": {"$ref": "http://example.invalid/x"}}}, "Unresolvable"),
        (
            {"properties": {"x": {"$ref": "#/definitions/A"}}, "definitions": {"A": {"$ref": "#/definitions/A"}}},
            "itself",
        ),
        ({"properties": {"x": {"$ref": "#/definitions/A0"}}, "definitions": branching}, "seconds"),
        ({"properties": {"x": {"type": "string", "pattern": "(a+)+$"}}}, "might take too long"),
    ):
        begun = time.monotonic()
        response = await api.post("/ui/schemas/validate", json={"schema": schema, "values": {"x": "a" * 40 + "b"}})
        assert time.monotonic() - begun < 15
        assert response.status_code == 422
        assert says in response.json()["detail"]
