"""Keys confined to one flow run report that run and those below it, and nothing else."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

from prefect.core.journal import LEDGERS, Row
from prefect.server.access.confinement import ELSEWHERE
from prefect.server.access.touching import BACKEND, touching
from prefect.server.building import all_routes
from prefect.server.http.routing import Role
from prefect.server.routes.backend import METHODS
from prefect.wire.packing import MEDIA_TYPE, pack
from tests.server.access.conftest import Bearer, new_key
from tests.server.access.test_roles import opened, was_let_in

HOLDER = {"X-Headrace-Process": "host/boot/1/1", "Content-Type": MEDIA_TYPE}
PENDING = {"state": {"type": "PENDING"}}


class Confined(NamedTuple):
    admin: httpx.AsyncClient
    key: Bearer
    own: str
    other: str

    async def asks(self, method: str, path: str, **given: Any) -> int:
        """The status of a request by the confined key; 403 only for being about something else."""
        answer = await self.admin.request(method, path, auth=self.key, **given)
        if answer.status_code == 403:
            assert answer.json() == {"detail": ELSEWHERE}
        return answer.status_code


@pytest.fixture
async def confined(admin: httpx.AsyncClient) -> Confined:
    flow = (await admin.post("/flows/", json={"name": "x"})).json()
    runs = [(await admin.post("/flow_runs/", json={"flow_id": flow["id"]})).json()["id"] for _ in range(2)]
    key = await new_key(admin, "runner", scopes={"flow_run": runs[0]})
    return Confined(admin, key, *runs)


def row(table: str, **values: Any) -> Row:
    return tuple(values.get(name) for name in LEDGERS[table].columns)


def task_run(task_run_id: UUID, flow_run_id: str, name: str = "t") -> Row:
    return row(
        "task_run", id=task_run_id.bytes, flow_run_id=UUID(flow_run_id).bytes, task_name=name, task_key=name,
        dynamic_key=str(task_run_id), created=1, name=name, attempt=1, run_count=1, sequence=1, state_id=uuid4().bytes,
        state_type="RUNNING", state_name="Running", state_timestamp=1, run_time=0, updated=1,
    )  # fmt: skip


def state(task_run_id: UUID) -> Row:
    return row(
        "task_run_state", task_run_id=task_run_id.bytes, sequence=1, id=uuid4().bytes, attempt=1, type="RUNNING",
        name="Running", timestamp=1,
    )  # fmt: skip


def line(flow_run_id: str | None) -> Row:
    run = None if flow_run_id is None else UUID(flow_run_id).bytes
    return row("log", id=uuid4().bytes, name="n", level=20, message="m", timestamp=1, flow_run_id=run)


async def test_states_of_its_own_run_alone(confined: Confined) -> None:
    for run, status in ((confined.own, 201), (confined.other, 403), (str(uuid4()), 403)):
        assert await confined.asks("POST", f"/flow_runs/{run}/set_state", json=PENDING) in (
            status,
            200 if status == 201 else 403,
        )
    assert await confined.asks("PATCH", f"/flow_runs/{confined.own}", json={"tags": ["a"]}) == 204
    assert await confined.asks("PATCH", f"/flow_runs/{confined.other}", json={"tags": ["a"]}) == 403


async def test_it_reads_what_its_role_reads(confined: Confined) -> None:
    for run in (confined.own, confined.other):
        assert await confined.asks("GET", f"/flow_runs/{run}") == 200
    assert await confined.asks("POST", "/flow_runs/filter", json={}) == 200


async def test_runs_below_it_are_its_own(confined: Confined) -> None:
    flow = (await confined.admin.post("/flows/", json={"name": "x"})).json()["id"]
    parents = {run: uuid4() for run in (confined.own, confined.other)}
    for run, parent in parents.items():
        batch = pack({"task_run": [task_run(parent, run)]})
        answer = await confined.admin.post("/headrace/journal", content=batch, headers=HOLDER)
        assert answer.status_code == 204, answer.text
    given = [{"flow_id": flow, "parent_task_run_id": str(parent)} for parent in parents.values()]
    assert await confined.asks("POST", "/flow_runs/", json=given[0]) == 201
    assert await confined.asks("POST", "/flow_runs/", json=given[1]) == 403
    assert await confined.asks("POST", "/flow_runs/", json={"flow_id": flow}) == 403
    child = (await confined.admin.post("/flow_runs/", json=given[0])).json()["id"]
    assert await confined.asks("PATCH", f"/flow_runs/{child}", json={"tags": ["a"]}) == 204


async def test_log_lines_of_its_own_run_alone(confined: Confined) -> None:
    def lines(*runs: str | None) -> list[dict[str, Any]]:
        plain = {"name": "n", "level": 20, "message": "m", "timestamp": "2026-01-01T00:00:00Z"}
        return [{**plain, "flow_run_id": run} for run in runs]

    assert await confined.asks("POST", "/logs/", json=lines(confined.own)) == 201
    for runs in ((confined.other,), (confined.own, confined.other), (None,)):
        assert await confined.asks("POST", "/logs/", json=lines(*runs)) == 403


async def test_artifacts_of_its_own_run_alone(confined: Confined) -> None:
    assert await confined.asks("POST", "/artifacts/", json={"key": "a", "flow_run_id": confined.own}) == 201
    for given in ({"flow_run_id": confined.other}, {}):
        assert await confined.asks("POST", "/artifacts/", json={"key": "a", **given}) == 403
    made = await confined.admin.post("/artifacts/", json={"key": "b", "flow_run_id": confined.other})
    assert await confined.asks("PATCH", f"/artifacts/{made.json()['id']}", json={"data": 1}) == 403


async def test_the_journal_takes_rows_of_its_own_run_alone(confined: Confined) -> None:
    async def sent(tables: Any) -> int:
        body = tables if isinstance(tables, bytes) else pack(tables)
        return await confined.asks("POST", "/headrace/journal", content=body, headers=HOLDER)

    own, foreign = uuid4(), uuid4()
    await confined.admin.post(
        "/headrace/journal", content=pack({"task_run": [task_run(foreign, confined.other)]}), headers=HOLDER
    )
    assert await sent({"log": [line(confined.own)], "task_run": [task_run(own, confined.own)]}) == 204
    assert await sent({"task_run_state": [state(own)]}) == 204
    refused: list[Any] = [
        {"log": [line(confined.own), line(confined.other)]},
        {"log": [line(None)]},
        {"task_run": [task_run(uuid4(), confined.other)]},
        {"task_run": [task_run(foreign, confined.own, "stolen")]},
        {"task_run_state": [state(foreign)]},
        {"task_run": [task_run(foreign, confined.own)], "task_run_state": [state(foreign)]},
        {"task_run_state": [state(uuid4())]},
        {"event": [(1, 2)]},
        {"flow_run": [(1,)]},
        {"log": [(1, 2)]},
        {"log": [None]},
        b"garbage",
    ]
    for tables in refused:
        assert await sent(tables) == 403, tables
    read = await confined.admin.post("/task_runs/filter", json={})
    assert "stolen" not in read.text


async def test_the_backend_answers_of_its_own_run_alone(confined: Confined) -> None:
    async def called(method: str, **arguments: Any) -> int:
        return await confined.asks("POST", f"/headrace/backend/{method}", content=pack(arguments), headers=HOLDER)

    own, other = UUID(confined.own), UUID(confined.other)
    assert await called("read_flow_run", run_id=own) == 200
    assert await called("tag_limits") == 200
    for run in (other, uuid4(), None, "x"):
        assert await called("read_flow_run", run_id=run) == 403
    assert await called("release_slots", holder=uuid4()) == 200
    assert await called("release_slots", holder="x") == 403
    assert await called("write_variable", name="x", value="1", tags=[], overwrite=True) == 403
    assert await called("update_artifact", artifact_id=uuid4(), data=None, description=None) == 403
    assert await called("nothing") == 403
    assert await confined.asks("POST", "/headrace/backend/renew", content=pack({}), headers=HOLDER) == 200


async def test_what_concerns_no_run_is_not_for_it(confined: Confined) -> None:
    assert await confined.asks("POST", "/variables/", json={"name": "x", "value": 1}) == 403
    assert await confined.asks("POST", "/events", json=[]) in (403, 404)


async def test_it_tells_no_events_of_others(confined: Confined) -> None:
    app = confined.admin._transport.app  # type: ignore[attr-defined]
    for path, opens in (("/api/events/in", False), ("/api/events/out", True)):
        assert was_let_in(await opened(app, path, confined.key.key)) is opens


async def test_confined_keys_are_not_editors(admin: httpx.AsyncClient) -> None:
    given = {"name": "x", "role": "admin", "scopes": {"flow_run": str(uuid4())}}
    answer = await admin.post("/headrace/access/keys", json=given)
    assert (answer.status_code, "confined" in answer.text) == (422, True)


def test_every_operation_of_runners_is_looked_at_or_refused() -> None:
    assert set(BACKEND) <= METHODS
    unknown = {
        route.path for route in all_routes() if route.role is Role.RUNNER and not touching(route.method, route.path)
    }
    assert not [path for path in unknown if path.startswith(("/flow_runs", "/task_runs", "/logs", "/headrace"))]
