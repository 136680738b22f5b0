"""The states that runs have been in, over REST."""

from __future__ import annotations

import httpx

from tests.server.routes.runs.making import NOBODY, flow_run, propose, task_run
from tests.server.support import conforms


async def test_the_states_of_a_flow_run(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING")
    await propose(api, "flow", run["id"], "COMPLETED", message="done", data={"storage_key": "k"})
    listed = await api.get("/flow_run_states/", params={"flow_run_id": run["id"]})
    states = conforms("/flow_run_states/", "get", listed)
    assert [state["type"] for state in states] == ["PENDING", "RUNNING", "COMPLETED"]
    assert (states[-1]["message"], states[-1]["data"]) == ("done", {"storage_key": "k"})
    one = await api.get(f"/flow_run_states/{states[-1]['id']}")
    assert conforms("/flow_run_states/{id}", "get", one) == states[-1]
    assert (await api.get(f"/flow_runs/{run['id']}")).json()["state"] == states[-1]


async def test_the_states_of_a_task_run(api: httpx.AsyncClient) -> None:
    around = await flow_run(api, "RUNNING")
    run = await task_run(api, "RUNNING", "FAILED", flow_run_id=around["id"])
    states = (await api.get("/task_run_states/", params={"task_run_id": run["id"]})).json()
    assert [state["type"] for state in states] == ["PENDING", "RUNNING", "FAILED"]
    for state in states:
        one = await api.get(f"/task_run_states/{state['id']}")
        assert conforms("/task_run_states/{id}", "get", one) == state
    assert (await api.get(f"/task_runs/{run['id']}")).json()["state"] == states[-1]


async def test_what_is_not_there(api: httpx.AsyncClient) -> None:
    for kind in ("flow", "task"):
        missing = await api.get(f"/{kind}_run_states/{NOBODY}")
        assert (missing.status_code, missing.json()) == (404, {"detail": "Flow run state not found"})
        none = await api.get(f"/{kind}_run_states/", params={f"{kind}_run_id": NOBODY})
        assert (none.status_code, none.json()) == (200, [])
        assert (await api.get(f"/{kind}_run_states/")).status_code == 422
        wrong = await api.get(f"/{kind}_run_states/", params={f"{kind}_run_id": "x"})
        assert wrong.json()["exception_detail"][0]["loc"] == ["query", f"{kind}_run_id"]
