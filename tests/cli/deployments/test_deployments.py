"""Deployments, their schedules and their runs from the command line, on the API in this process."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click import ClickException

from prefect.cli.deployments.runs import duration_of
from prefect.client.orchestration import get_client
from tests.cli.conftest import Prefect

SCHEMA = {"type": "object", "properties": {"number": {"type": "integer", "title": "number"}}}


@pytest.fixture
def name(home: object) -> str:
    """A deployment of a flow with one parameter, in a pool."""
    with get_client(sync_client=True) as client:
        client.request("POST", "/work_pools/", json={"name": "p", "type": "process"})
        flow = client.request("POST", "/flows/", json={"name": "sums"}).json()["id"]
        made = {"name": "daily", "flow_id": flow, "work_pool_name": "p", "parameter_openapi_schema": SCHEMA}
        client.request("POST", "/deployments/", json={**made, "parameters": {"number": 1}})
    return "sums/daily"


def test_it_is_listed_shown_paused_and_deleted(prefect: Prefect, name: str) -> None:
    assert name in prefect("deployment", "ls").out
    found = prefect("deployment", "inspect", name, "-o", "json").json
    assert [each["id"] for each in prefect("deployment", "ls", "--flow_name", "sums", "-o", "json").json] == [
        found["id"]
    ]
    assert prefect("deployment", "ls", "--flow-name", "nope", "-o", "json").json == []
    assert "Work pool      p" in prefect("deployment", "inspect", name).out
    assert prefect("deployment", "pause", name).code == 0
    assert prefect("deployment", "inspect", name, "-o", "json").json["paused"] is True
    assert prefect("deployment", "resume", name).code == 0
    assert prefect("deployment", "inspect", "daily").err == (
        "Invalid deployment name. Expected '<flow-name>/<deployment-name>'\n"
    )
    assert prefect("deployment", "inspect", "sums/nope").err == "Deployment 'sums/nope' not found!\n"
    assert prefect("deployment", "delete", name).out == "Deleted deployment 'sums/daily'.\n"
    assert prefect("deployment", "delete", name).code == 1
    assert prefect("deployment", "delete", "--all").out == "No deployments found.\n"


def test_schedules(prefect: Prefect, name: str) -> None:
    def schedules() -> list[str]:
        return [each["id"] for each in prefect("deployment", "schedule", "ls", name, "-o", "json").json]

    create = ("deployment", "schedule", "create", name)
    assert prefect(*create, "--interval", 3600).out == "Created deployment schedule!\n"
    assert prefect(*create, "--cron", "0 6 * * 1", "--timezone", "Europe/Berlin").code == 0
    assert prefect(*create, "--interval", 60, "--cron", "* * * * *").code == 1
    assert prefect(*create, "--cron", "every day").code == 1
    said = prefect("deployment", "schedule", "ls", name).out
    assert "cron: 0 6 * * 1" in said
    assert "interval: 1:00:00s" in said
    first = schedules()[0]
    assert prefect("deployment", "schedule", "pause", name, first).out.startswith("Paused schedule ")
    assert prefect("deployment", "schedule", "pause", name, first).code == 1
    assert prefect("deployment", "schedule", "resume", name, first).out.startswith("Resumed schedule ")
    assert prefect("deployment", "schedule", "pause", "--all").out == "Paused 2 deployment schedules.\n"
    assert prefect("deployment", "schedule", "delete", name, first).out == f"Deleted deployment schedule {first}\n"
    gone = prefect("deployment", "schedule", "delete", name, first)
    assert (gone.code, gone.err) == (1, "Deployment schedule not found!\n")
    replaced = prefect(*create, "--rrule", "FREQ=DAILY;COUNT=3", "--replace")
    assert replaced.out == "Replaced existing deployment schedules with new schedule!\n"
    assert len(schedules()) == 1
    assert prefect("deployment", "schedule", "clear", name).code == 0
    assert schedules() == []


def test_a_run_is_made(prefect: Prefect, name: str) -> None:
    said = prefect("deployment", "run", name, "-p", "number=3", "--tag", "x", "--flow-run-name", "mine",
                   "--job-variable", "env=dev")  # fmt: skip
    assert said.code == 0, said.err
    assert "Created flow run 'mine' of deployment 'sums/daily'." in said.out
    run = prefect("flow-run", "ls", "-o", "json").json[0]
    assert (run["name"], run["parameters"], run["tags"]) == ("mine", {"number": 3}, ["x"])
    assert run["job_variables"] == {"env": "dev"}
    later = prefect("deployment", "run", name, "--start-in", "2 hours", "-o", "json").json
    assert later["state"]["type"] == "SCHEDULED"
    assert [run["id"] for run in prefect("work-pool", "preview", "p", "--hours", 3, "-o", "json").json][-1] == later[
        "id"
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-p", "nope=1"), "not found on the deployment: 'nope'. This deployment accepts parameters: number."),
        (("-p", "number"), "--param 'number' is not of the form KEY=VALUE."),
        (("--params", "[1]"), "--params is no JSON object."),
        (("--params", "{"), "--params is no JSON: "),
        (("--params", '{"number": 1}', "-p", "number=2"), "specified by `--param` and `--params`: ['number']"),
        (("--start-in", "soon"), "--start-in 'soon' is no duration"),
        (("--start-in", "999999999999d"), "is beyond what a calendar holds"),
        (("-p", "number=\udcff"), "holds bytes that are no text"),
        (("--params", '{"number": NaN}'), "--params is no JSON: NaN is not JSON"),
        (("--start-at", "soon"), "--start-at 'soon' is no time"),
        (("--start-in", "1h", "--start-at", "10:00"), "Only one of `--start-in` or `--start-at` can be set, not both."),
    ],
)
def test_what_is_no_run(prefect: Prefect, name: str, options: tuple[str, ...], message: str) -> None:
    said = prefect("deployment", "run", name, *options)
    assert said.code == 1
    assert message in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("10 minutes", 10), ("1h", 60), ("in 2 hours", 120), ("1 day", 1440), ("1h 30m", 90), ("30 seconds", 0.5)],
)
def test_durations(text: str, minutes: float) -> None:
    assert duration_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "10", "minutes", "10 parsecs", "-1h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ClickException, match="is no duration"):
        duration_of(text)
