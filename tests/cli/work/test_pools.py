"""Work pools and their queues from the command line, on the API in this process."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Prefect


def test_a_pool_from_its_making_to_its_end(prefect: Prefect) -> None:
    assert prefect("work-pool", "create", "night", "--type", "process").out.startswith("Created work pool 'night'!\n")
    again = prefect("work-pool", "create", "night")
    assert (again.code, again.err) == (1, "Work pool named 'night' already exists. Use --overwrite to update it.\n")
    assert prefect("work-pool", "pause", "night").out == "Paused work pool 'night'\n"
    assert "night (**)" in prefect("work-pool", "ls").out
    assert prefect("work-pool", "resume", "night").out == "Resumed work pool 'night'\n"
    said = prefect("work-pool", "set-concurrency-limit", "night", 3)
    assert said.out == "Set concurrency limit for work pool 'night' to 3\n"
    assert prefect("work-pool", "update", "night", "--description", "at night").code == 0
    found = prefect("work-pool", "inspect", "night", "-o", "json").json
    assert (found["concurrency_limit"], found["description"], found["type"]) == (3, "at night", "process")
    assert prefect("work-pool", "ls", "-o", "json").json == [found]
    assert prefect("work-pool", "slots", "night").out.startswith("Work pool 'night': 0 of 3 slots are taken.\n")
    assert prefect("work-pool", "clear-concurrency-limit", "night").code == 0
    assert prefect("work-pool", "inspect", "night", "-o", "json").json["concurrency_limit"] is None
    assert prefect("work-pool", "preview", "night").out.startswith("No runs found")
    assert prefect("work-pool", "delete", "night").out == "Deleted work pool 'night'\n"
    gone = prefect("work-pool", "delete", "night")
    assert (gone.code, gone.err) == (1, "Work pool 'night' does not exist.\n")
    assert prefect("work-pool", "inspect", "night").err == "Work pool 'night' not found!\n"


def test_job_templates(prefect: Prefect, tmp_path: Path) -> None:
    template = prefect("work-pool", "get-default-base-job-template", "--type", "process").json
    assert set(template) == {"job_configuration", "variables"}
    file = tmp_path / "template.json"
    assert prefect("work-pool", "get-default-base-job-template", "--type", "process", "--file", file).code == 0
    assert json.loads(file.read_text()) == template
    unknown = prefect("work-pool", "get-default-base-job-template", "--type", "nope")
    assert unknown.code == 1
    assert "Unknown work pool type 'nope'. Please choose from" in unknown.err
    assert prefect("work-pool", "create", "own", "--type", "process", "--base-job-template", file).code == 0
    assert prefect("work-pool", "inspect", "own", "-o", "json").json["base_job_template"] == template
    file.write_text("[]")
    assert "holds no base job template" in prefect("work-pool", "update", "own", "--base-job-template", file).err


def test_a_pool_is_made_the_default(prefect: Prefect, home: Path) -> None:
    said = prefect("work-pool", "create", "first", "--set-as-default")
    assert (said.code, said.out) == (1, "")
    assert "you must supply a `--type` value" in said.err
    assert prefect("work-pool", "create", "first", "--type", "process", "--set-as-default").code == 0
    assert "PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME" in (home / "profiles.toml").read_text()
