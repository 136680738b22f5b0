"""Lists, inspection and logs of flow runs and task runs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from prefect import flow, get_run_logger, task
from tests.cli.conftest import Prefect


@task
def add(number: int) -> int:
    return number + 1


@task
def broken() -> None:
    raise ValueError("no such ledger")


@flow
def sums(numbers: list[int]) -> int:
    logger = get_run_logger()
    for number in numbers:
        logger.info("line %d \x1b[31mred", number)
    return sum(add(number) for number in numbers)


@flow
def fails() -> None:
    broken()


def newest(prefect: Prefect, kind: str = "flow-run") -> dict[str, Any]:
    found: dict[str, Any] = prefect(kind, "ls", "--limit", 1, "-o", "json").json[0]
    return found


def test_nothing_recorded(prefect: Prefect) -> None:
    assert prefect("flow-run", "ls").out == "No flow runs found.\n"
    assert prefect("flow-run", "ls", "-o", "json").json == []
    assert prefect("task-run", "ls", "-o", "json").json == []
    assert prefect("flow", "ls", "-o", "json").json == []


def test_a_run_is_listed_for_people_and_programs(prefect: Prefect) -> None:
    sums([1, 2])
    said = prefect("flow-run", "ls")
    run = newest(prefect)
    assert said.code == 0
    assert run["id"] in said.out
    assert run["name"] in said.out
    assert run["flow_name"] == "sums"
    assert run["state"]["type"] == run["state_type"] == "COMPLETED"
    assert run["parameters"] == {"numbers": [1, 2]}
    assert run["total_run_time"] > 0
    assert run["state"]["state_details"]["flow_run_id"] == run["id"]


def test_lists_are_filtered(prefect: Prefect) -> None:
    sums([1])
    with pytest.raises(ValueError, match="no such ledger"):
        fails()

    def names(*options: str) -> list[str]:
        return [run["flow_name"] for run in prefect("flow-run", "ls", *options, "-o", "json").json]

    assert names() == ["fails", "sums"]
    assert names("--flow-name", "sums") == ["sums"]
    assert names("--state", "failed") == ["fails"]
    assert names("--state", "failed", "--state", "Completed") == ["fails", "sums"]
    assert names("--state-type", "completed") == ["sums"]
    assert names("--flow-name", "nope") == []
    assert prefect("flow-run", "ls", "--state-type", "nope").code == 1
    assert prefect("flow-run", "ls", "-o", "xml").err == "Only 'json' output format is supported.\n"


def test_the_plain_list_and_the_filtered_one_agree(prefect: Prefect) -> None:
    sums([1])
    assert (
        prefect("flow-run", "ls", "-o", "json").json
        == prefect("flow-run", "ls", "--flow-name", "sums", "-o", "json").json
    )


def test_inspect(prefect: Prefect) -> None:
    sums([1, 2])
    run = newest(prefect)
    said = prefect("flow-run", "inspect", run["id"])
    assert "Tasks         2 (2 completed)" in said.out
    assert 'Parameters    {"numbers": [1, 2]}' in said.out
    assert prefect("flow-run", "inspect", "--id", run["id"], "-o", "json").json == run


def test_inspect_names_the_cause_of_a_failure(prefect: Prefect) -> None:
    with pytest.raises(ValueError, match="no such ledger"):
        fails()
    out = prefect("flow-run", "inspect", newest(prefect)["id"]).out
    assert "Cause         Flow run encountered an exception: ValueError: no such ledger" in out
    assert "Failed tasks\n  broken-" in out


@pytest.mark.parametrize(
    ("command", "message"),
    [("flow-run inspect", "Flow run"), ("flow-run logs", "Flow run"), ("flow-run cancel", "Flow run"),
     ("flow-run delete", "Flow run"), ("flow-run retry", "Flow run"), ("flow-run watch", "Flow run"),
     ("task-run inspect", "Task run"), ("task-run logs", "Task run")],
)  # fmt: skip
def test_unknown_ids(prefect: Prefect, command: str, message: str) -> None:
    unknown = uuid4()
    said = prefect(*command.split(), unknown)
    assert (said.code, said.out, said.err) == (1, "", f"{message} '{unknown}' not found!\n")


def test_logs(prefect: Prefect) -> None:
    sums(list(range(25)))
    run = newest(prefect)["id"]
    every = prefect("flow-run", "logs", run).out.splitlines()
    messages = [line["message"] for line in prefect("flow-run", "logs", run, "-o", "json").json]
    assert len(every) == len(messages) > 50
    assert "\\x1b[31mred" in every[1]
    assert messages[1] == "line 0 \x1b[31mred"
    assert prefect("flow-run", "logs", run, "--head").out.splitlines() == every[:20]
    assert prefect("flow-run", "logs", run, "--tail", "-n", 3).out.splitlines() == every[-3:]
    assert prefect("flow-run", "logs", run, "-n", 2).out.splitlines() == every[:2]
    assert prefect("flow-run", "logs", run, "--reverse").out.splitlines() == every[::-1]
    assert prefect("flow-run", "logs", run, "-r", "-n", 2).out.splitlines() == every[:-3:-1]
    assert prefect("flow-run", "logs", run, "--head", "--tail").code == 1
    assert prefect("flow-run", "logs", run, "--follow").out.splitlines() == every


def test_task_runs(prefect: Prefect) -> None:
    sums([1])
    run = newest(prefect, "task-run")
    assert run["name"] in prefect("task-run", "ls").out
    assert run["task_name"] == "add"
    assert run["flow_run_id"] == newest(prefect)["id"]
    assert "result" not in run
    assert "State" in prefect("task-run", "inspect", run["id"]).out
    assert prefect("task-run", "inspect", run["id"], "-o", "json").json["id"] == run["id"]
    assert "Finished in state Completed()" in prefect("task-run", "logs", run["id"]).out
    assert prefect("task-run", "ls", "--task-run-name", "nope", "-o", "json").json == []


def test_flows(prefect: Prefect) -> None:
    sums([1])
    assert [found["name"] for found in prefect("flow", "ls", "-o", "json").json] == ["sums"]
    assert "sums" in prefect("flows", "ls").out


def test_delete(prefect: Prefect) -> None:
    sums([1])
    run = newest(prefect)["id"]
    assert prefect("flow-run", "delete", run).code == 0
    assert prefect("flow-run", "ls", "-o", "json").json == []
    assert prefect("task-run", "ls", "-o", "json").json == []


def test_watch_and_cancel_of_a_finished_run(prefect: Prefect) -> None:
    sums([1])
    run = newest(prefect)["id"]
    assert prefect("flow-run", "watch", run).out == "Flow run already finished in 'Completed'.\n"
    said = prefect("flow-run", "cancel", run)
    assert said.code == 1
    assert "Run is already in terminal state COMPLETED." in said.err
