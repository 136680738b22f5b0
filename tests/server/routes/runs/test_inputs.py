"""Values sent to flow runs over REST."""

from __future__ import annotations

import httpx
import pytest

from tests.server.routes.runs.making import NOBODY, flow_run
from tests.server.support import conforms


async def test_a_key_is_sent_once(api: httpx.AsyncClient) -> None:
    run = (await flow_run(api))["id"]
    body = {"key": "a", "value": '{"b": 1}', "sender": "prefect.flow-run.x"}
    assert (await api.post(f"/flow_runs/{run}/input", json=body)).status_code == 201
    again = await api.post(f"/flow_runs/{run}/input", json=body)
    assert (again.status_code, again.json()) == (409, {"detail": "A flow run input with this key already exists."})
    assert (await api.get(f"/flow_runs/{run}/input/a")).json() == {"b": 1}
    assert (await api.delete(f"/flow_runs/{run}/input/a")).status_code == 204
    for gone in (await api.get(f"/flow_runs/{run}/input/a"), await api.delete(f"/flow_runs/{run}/input/a")):
        assert (gone.status_code, gone.json()) == (404, {"detail": "Flow run input not found"})


async def test_they_are_found_by_prefix_in_their_order(api: httpx.AsyncClient) -> None:
    run = (await flow_run(api))["id"]
    for key in ("in-2", "in-1", "other", "in-3"):
        await api.post(f"/flow_runs/{run}/input", json={"key": key, "value": '"v"'})

    async def found(**given: object) -> list[str]:
        answer = await api.post(f"/flow_runs/{run}/input/filter", json={"prefix": "in-", **given})
        return [each["key"] for each in conforms("/flow_runs/{id}/input/filter", "post", answer)]

    assert await found() == ["in-2"]
    assert await found(limit=9) == ["in-2", "in-1", "in-3"]
    assert await found(limit=9, exclude_keys=["in-1"]) == ["in-2", "in-3"]
    assert await found(prefix="%", limit=9) == []


@pytest.mark.parametrize("key", ["a b", "a/b", "", "ä", "a\x00"])
async def test_keys_have_a_form(api: httpx.AsyncClient, key: str) -> None:
    run = (await flow_run(api))["id"]
    refused = await api.post(f"/flow_runs/{run}/input", json={"key": key, "value": "1"})
    assert refused.status_code == 422
    assert refused.json()["exception_detail"][0]["loc"] == ["body", "key"]


async def test_odd_values_and_places(api: httpx.AsyncClient) -> None:
    run = (await flow_run(api))["id"]
    await api.post(f"/flow_runs/{run}/input", json={"key": "odd", "value": "no json"})
    assert (await api.get(f"/flow_runs/{run}/input/odd")).json() == "no json"
    assert (await api.get(f"/flow_runs/{run}/input/%00")).status_code == 404
    assert (await api.post(f"/flow_runs/{NOBODY}/input", json={"key": "a", "value": "1"})).status_code == 404
    assert (await api.post(f"/flow_runs/{run}/input/filter", json={"prefix": "a", "limit": -1})).status_code == 422
