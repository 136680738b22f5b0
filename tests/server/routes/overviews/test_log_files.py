"""The log of a flow run as a file."""

from __future__ import annotations

import csv
from uuid import uuid4

import httpx

from tests.server.routes.overviews.record import make_flow_run


async def test_every_line_in_order(api: httpx.AsyncClient) -> None:
    run, task = await make_flow_run(api, name="my run/1"), uuid4()
    lines = [
        {"name": "prefect", "level": 20, "message": f"line {number}, \"quoted\"\nand more", "flow_run_id": str(run),
         "task_run_id": str(task) if number == 7 else None, "timestamp": f"2033-05-18T03:33:{number // 50:02}.{number:06}Z"}
        for number in range(2_500)
    ]  # fmt: skip
    assert (await api.post("/logs/", json=lines)).status_code == 201
    response = await api.get(f"/flow_runs/{run}/logs/download")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == (
        "attachment; filename=\"flow-run-logs.csv\"; filename*=UTF-8''my%20run%2F1-logs.csv"
    )
    rows = list(csv.reader(response.text.splitlines(keepends=True)))
    assert rows[0] == ["timestamp", "level", "flow_run_id", "task_run_id", "message"]
    assert [row[4] for row in rows[1:]] == [line["message"] for line in lines]
    assert rows[8][:4] == ["2033-05-18 03:33:00.000007+00:00", "20", str(run), str(task)]
    assert rows[1][3] == ""
    assert response.text.count("\r\n") == 2_501


async def test_a_run_without_lines(api: httpx.AsyncClient) -> None:
    response = await api.get(f"/flow_runs/{await make_flow_run(api)}/logs/download")
    assert response.text == "timestamp,level,flow_run_id,task_run_id,message\r\n"
